import type { Command } from "commander";
import { splitOf, type TrafficSplit } from "../../../canary/weight.ts";
import { versions } from "../../../components/names.ts";
import { type Lab, openLab } from "../lab.ts";
import { examples, print, table } from "../print.ts";
import { measureSplit } from "../traffic/measured-split.ts";
import { splitTable } from "../traffic/report.ts";
import { readRoute } from "../traffic/route.ts";
import type { SplitVerdict } from "../traffic/verdict.ts";
import { readWorkloads, type Workload } from "../traffic/workloads.ts";
import { optionsOf, wholeNumber } from "./arguments.ts";

interface StatusOptions {
  readonly traffic?: number;
  readonly json?: boolean;
}

/** What `status` knows; printed as it is by `--json`. */
export interface Status {
  readonly stack: string;
  readonly world: string;
  readonly kubeContext: string;
  readonly namespace: string;
  readonly app: string;
  /** Percent. `route` is what the cluster holds, null where there is no route; `seen` is there where it was asked for. */
  readonly weights: { readonly config: TrafficSplit; readonly route: TrafficSplit | null };
  /** The field manager that wrote the live weights; null where there is no route. */
  readonly routeOwner: string | null;
  readonly workloads: readonly Workload[];
  readonly seen?: SplitVerdict;
}

export function addStatus(program: Command): void {
  program
    .command("status")
    .description("show the weights wanted and live, the pods of both sides, and who owns the route")
    .option(
      "--traffic <requests>",
      "also send this many requests through the mesh, 1..10000, and show the split seen",
      wholeNumber(1, 10_000),
    )
    .option("--json", "print JSON")
    .addHelpText("after", examples("canaryctl status", "canaryctl status --traffic 1000", "canaryctl status --json"))
    .action(async (_options: unknown, command: Command) => {
      const { traffic, json, ...options } = optionsOf<StatusOptions>(command);
      const status = await readStatus(openLab(options), traffic);
      print(json ? [JSON.stringify(status, null, 2)] : statusText(status));
      if (!isHealthy(status)) process.exitCode = 1;
    });
}

/** Reads the cluster; with `requests`, measures the split too. */
export async function readStatus(lab: Lab, requests?: number): Promise<Status> {
  const { cluster, config, environment, stackFile } = lab;
  const [route, workloads] = await Promise.all([readRoute(cluster, config), readWorkloads(cluster, config)]);
  return {
    stack: stackFile.stack,
    world: environment.world,
    kubeContext: environment.kubeContext,
    namespace: config.namespace,
    app: config.app,
    weights: { config: splitOf(config.canaryWeight), route: route?.weights ?? null },
    routeOwner: route?.owner ?? null,
    workloads,
    ...(requests !== undefined && { seen: await measureSplit(await lab.client(), config, requests) }),
  };
}

/**
 * There is a route, it is the one that the config asks for, every side that gets traffic has pods, all pods are ready, and the split
 * seen, if any, is as wanted.
 */
export function isHealthy(status: Status): boolean {
  const { weights, workloads, seen } = status;
  const isRouted = weights.route?.canary === weights.config.canary;
  return (
    isRouted &&
    workloads.length > 0 &&
    withoutPods(status).length === 0 &&
    workloads.every(({ ready, wanted }) => ready >= wanted) &&
    (seen?.isAsWanted ?? true)
  );
}

/** The sides that the live route sends to while no pod of theirs is ready: their share gets errors. */
function withoutPods({ weights, workloads }: Status): readonly string[] {
  const { stable = 0, canary = 0 } = weights.route ?? {};
  const shares = [
    { version: versions.stable, share: stable },
    { version: versions.canary, share: canary },
  ];
  return shares
    .filter(({ version, share }) => share > 0 && !workloads.some((side) => side.version === version && side.ready > 0))
    .map(({ version, share }) => `${version} gets ${share} %`);
}

export function statusText(status: Status): readonly string[] {
  const { weights, workloads } = status;
  const shares = (split: TrafficSplit | null) => (split ? `${split.stable}/${split.canary}` : "none");
  return [
    `Stack ${status.stack}: ${status.app} in namespace ${status.namespace}, ${status.world} cluster, context ${status.kubeContext}`,
    ...table([
      ["weights wanted", shares(weights.config), "(stable/canary, from the config)"],
      ["weights live", shares(weights.route), status.routeOwner ? `(written by ${status.routeOwner})` : ""],
    ]),
    ...table([
      ["workload", "version", "ready", "image"],
      ...workloads.map(({ name, version, ready, wanted, image }) => [name, version, `${ready}/${wanted}`, image]),
    ]),
    ...(status.seen ? splitTable(status.seen) : []),
    ...advice(status),
  ];
}

function advice(status: Status): readonly string[] {
  const { weights, workloads } = status;
  if (!weights.route) return ["The application is not deployed. Next: npx canaryctl up"];
  const unserved = withoutPods(status);
  if (unserved.length > 0) {
    return [`No pod is ready for part of the traffic (${unserved.join(", ")}): it gets errors. Next: npm run up`];
  }
  if (weights.route.canary !== weights.config.canary) {
    return ["The live route is not what the config asks for. Next: npx canaryctl up (or npx canaryctl rollback)"];
  }
  if (workloads.some(({ ready, wanted }) => ready < wanted)) {
    return [`Not all pods are ready. Next: kubectl -n ${status.namespace} describe pods`];
  }
  return [];
}
