import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "./browser-types.ts";
import { type Outcome, start } from "./command.ts";
import { canaryctlFile } from "./lab.ts";
import { until } from "./until.ts";

const require = createRequire(import.meta.url);

/** A server of the page that runs. */
export interface RunningUi {
  readonly pid: number;
  /** With the token. */
  readonly url: string;
  readonly port: number;
  /** The address by the ingress gateway, with its token; undefined without --gateway. */
  readonly gatewayUrl: string | undefined;
  /** Ends it as Ctrl-C does on a terminal. */
  stop(): Promise<Outcome>;
  /** Ends it, and what it has started, in a way that nothing can be done about. */
  kill(): Promise<Outcome>;
}

/** Starts `canaryctl ui`, and waits until it has printed its address, or both. */
export async function startUi(...flags: readonly string[]): Promise<RunningUi> {
  const { pid, output, finished } = start(canaryctlFile, ["ui", ...flags], { timeoutSeconds: 3600, quiet: true });
  let ended: Outcome | undefined;
  void finished.then((outcome) => {
    ended = outcome;
  });
  const printed = flags.includes("--gateway") ? /(http:\S+)[\s\S]*?(http:\S+\/ui\/\S+)/ : /(http:\S+)/;
  const [, url = "", gatewayUrl] = await until(
    "the page's address",
    () => {
      if (ended) throw new Error(`canaryctl ui has ended: ${ended.output}`);
      return printed.exec(output());
    },
    { seconds: 60 },
  );
  return {
    pid,
    url,
    port: Number(new URL(url).port),
    gatewayUrl,
    stop: () => {
      if (!ended) process.kill(-pid, "SIGINT");
      return finished;
    },
    kill: () => {
      process.kill(-pid, "SIGKILL");
      return finished;
    },
  };
}

const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe has against a page, a line for each. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  const { violations } = await page.evaluate<{ readonly violations: readonly Violation[] }>(
    `(() => { const module = undefined; ${axe}; return window.axe.run(); })()`,
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
  );
}

/** Bytes of a page's heap that are in use, after the garbage was collected. */
export async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  try {
    await session.send("HeapProfiler.collectGarbage");
    return (await session.send("Runtime.getHeapUsage")).usedSize;
  } finally {
    await session.detach();
  }
}

/** Seconds of processor time that a process has used. */
export function processorSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}
