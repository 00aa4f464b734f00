import { parseArgs } from "node:util";
import { until } from "@canary-lab/kit/until";
import type { LoadSummary } from "../../apps/load-client/src/load-summary.ts";
import { untilInterrupted } from "../../canaryctl/src/until-interrupted.ts";
import { enterStack, mustBeUp, startingPoint, withoutCanary } from "../../test/e2e/support/configure.ts";
import { fullStack } from "../../test/e2e/support/full-stack.ts";
import { applyObjects, kubectl, requireLab } from "../../test/e2e/support/lab.ts";
import { editConfig, keepConfig } from "../../test/e2e/support/stack-config.ts";
import { sendLoad } from "../../test/e2e/support/traffic.ts";
import { type Kind, kinds, stableVersion } from "./live-kinds.ts";
import { must } from "./live-release.ts";
import { type Checked, limits, runName, runOf } from "./template-run.ts";
import { type TemplateRelease, templateTable } from "./template-table.ts";

export const templateUsage = `npm run bench -- judge-template [--services N] [--minutes N]

Runs Argo Rollouts' documented success-rate template by its own controller, on releases of the kinds of judge-live, side by side: each is a
service of the stack with its canary at 10 %. Prints when each was stopped, and how many requests the canary had got by then.
--services N  releases, 1..30 (default 10: more are too many for two cores)
--minutes N   how long each is watched, 1..60 (default 21): the template asks every five minutes and fails at the fourth miss`;

/** Requests of a second to each service. */
const rate = 15;

/** Seconds of one load of the series that goes on until the end. */
const loadSeconds = 60;

/** Those that differ for a template that looks every five minutes: when a fault comes is nothing to it. */
const told = kinds.filter(({ fault }) => !fault || fault.before);

/** The kinds of so many releases, each as often as any other. */
export const kindsOf = (count: number): readonly Kind[] =>
  Array.from({ length: count }, (_, index) => told[index % told.length] as Kind);

const parse = (args: readonly string[]) => {
  const options = { services: { type: "string", default: "10" }, minutes: { type: "string", default: "21" } } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    const [services, minutes] = [Number(values.services), Number(values.minutes)];
    const inRange = (value: number, high: number) => Number.isInteger(value) && value >= 1 && value <= high;
    return inRange(services, 30) && inRange(minutes, 60) ? { services, minutes } : undefined;
  } catch {
    return undefined; // an option that there is not
  }
};

const serviceOf = (index: number) => `release-${index + 1}`;
const namespaceOf = (service: string) => `canary-lab-${service}`;

/** Runs the series, prints its table, and leaves the lab as it was. */
export async function runTemplate(args: readonly string[]): Promise<void> {
  const options = parse(args);
  if (!options) {
    console.error(templateUsage);
    process.exitCode = args.includes("--help") ? 0 : 2;
    return;
  }
  await requireLab();
  const chosen = kindsOf(options.services);
  await untilInterrupted(async (signal) => {
    const restore = keepConfig();
    try {
      await enterStack({ ...fullStack, ...startingPoint, ...withoutCanary });
      editConfig({ services: Object.fromEntries(chosen.map((_, index) => [serviceOf(index), service])) });
      await mustBeUp();
      for (const [index, kind] of chosen.entries()) await breakSides(kind, serviceOf(index));
      const releases = await Promise.all(
        chosen.map((kind, index) => watch(kind, serviceOf(index), options.minutes, signal)),
      );
      console.log(templateTable(told, releases, options.minutes));
    } finally {
      restore();
      await mustBeUp();
    }
  });
}

/** A release at its first step, and as few pods as that takes. */
const service = { strategy: "istio", canaryEnabled: true, canaryWeight: 10, replicas: 1, canaryReplicas: 1 } as const;

async function breakSides({ stable, fault }: Kind, name: string): Promise<void> {
  if (stable) await must("--app", name, "faults", "stable", ...stable);
  if (fault) await must("--app", name, "faults", "canary", ...fault.flags);
}

/** One release: its traffic, and an AnalysisRun for each limit, until all have ended or the time is over. */
async function watch(kind: Kind, name: string, minutes: number, signal: AbortSignal): Promise<TemplateRelease> {
  const namespace = namespaceOf(name);
  const began = Date.now();
  const ends = began + minutes * 60_000;
  const met: { readonly at: number; readonly requests: number }[] = [];
  const send = async () => {
    const summary = await sendLoad({ requests: rate * loadSeconds, rate, from: namespace, app: name });
    met.push({ at: Date.now(), requests: ofCanary(summary) });
  };
  await send(); // there is something to ask for
  await applyObjects(...limits.map((limit) => runOf({ app: name, namespace }, limit)));
  const asked = Date.now();
  let checked: readonly Checked[] = [];
  while (Date.now() < ends && !signal.aborted) {
    await send();
    checked = await readRuns(namespace);
    if (checked.every(({ endedAt }) => endedAt !== undefined)) break;
  }
  return {
    kind: kind.name,
    checks: checked.map(({ limit, phase, endedAt }) => ({
      limit,
      phase,
      ...(endedAt !== undefined && { seconds: (endedAt - asked) / 1000 }),
      met: met
        .filter(({ at }) => at <= (endedAt ?? Number.POSITIVE_INFINITY))
        .reduce((sum, one) => sum + one.requests, 0),
    })),
  };
}

/** Requests that the canary answered, or a proxy in its place. */
const ofCanary = ({ sent, versions }: LoadSummary): number => sent - (versions[stableVersion] ?? 0);

async function readRuns(namespace: string): Promise<readonly Checked[]> {
  const read = async (): Promise<readonly Checked[] | undefined> => {
    const { items } = JSON.parse(await kubectl("get", "analysisruns", "-n", namespace, "-o", "json"));
    const found = limits.map((limit) =>
      items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === runName(limit)),
    );
    if (found.some((run) => run?.status?.phase === undefined)) return undefined;
    return found.map(({ status }, index) => ({
      limit: limits[index] as number,
      phase: status.phase,
      ...(status.completedAt && { endedAt: Date.parse(status.completedAt) }),
    }));
  };
  const runs = await until(read, { seconds: 30 });
  if (!runs) throw new Error(`The controller has not begun the AnalysisRuns of namespace ${namespace}.`);
  return runs;
}
