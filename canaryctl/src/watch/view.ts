import { createLiveBlock } from "@canary-lab/kit/live-block";
import { isLive } from "@canary-lab/kit/progress";
import type { Terminal } from "@canary-lab/kit/progress-live";
import { shareText } from "../../../stacks/live/proxies/share.ts";
import { clockTime } from "../print.ts";
import { type Status, statusText } from "../status.ts";
import { printable } from "../this-stack.ts";

/** Shows a status again and again. */
interface View {
  show(status: Status): void;
  /** Ends the showing; what is printed afterwards stands below it. */
  end(): void;
}

/** One block on a terminal, which is redrawn; elsewhere a line for each change, with its time. */
export function createView(
  terminal: Terminal = process.stdout,
  environment: NodeJS.ProcessEnv = process.env,
  now: () => Date = () => new Date(),
): View {
  // A terminal without a size, as some programs give, has no room for a block.
  const hasRoom = isLive(terminal, environment) && terminal.rows > 0;
  return hasRoom ? blockView(terminal) : lineView((line) => terminal.write(`${line}\n`), now);
}

function blockView(terminal: Terminal): View {
  const block = createLiveBlock(terminal);
  return { show: (status) => block.draw(statusText(status).map(printable)), end: () => block.end() };
}

function lineView(write: (line: string) => void, now: () => Date): View {
  let shown = "";
  const show = (status: Status) => {
    const line = changeLine(status);
    if (line !== shown) write(`${clockTime(now())} ${line}`);
    shown = line;
  };
  return { show, end: () => {} };
}

/** A status in one line: the split, the ready pods, how far a controller is. */
export function changeLine({ weights, workloads, release, fault }: Status): string {
  const pods = workloads.map(({ version, role, ready, wanted }) => `${role || version} ${ready}/${wanted}`);
  return [
    weights.route ? shareText(weights.route) : "no route",
    `ready: ${pods.join(", ") || "none"}`,
    ...(release ? [release.line] : []),
    ...(fault && !release ? [fault] : []),
  ]
    .map((part) => part.split("\n")[0])
    .join("; ");
}
