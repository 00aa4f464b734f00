import { withNext } from "@canary-lab/kit/user-error";
import type { Side } from "../../../canary/judge/counters/telemetry.ts";
import { type Share, shareText } from "../../../stacks/live/proxies/share.ts";
import { healing } from "../../../stacks/live/ways-to-serve.ts";
import { faultWords, isBroken, type PodFaults } from "../fault-words.ts";
import type { Status } from "../status.ts";
import type { LabPage } from "./page.ts";
import type { LabShell } from "./shell.ts";

/** What is otherwise than `npm run up` leaves it, each with the commands that bring it back. */
export type Deviations = readonly string[];

/** The lab as its first `up` leaves it: what Pulumi.dev.yaml and the project's defaults say. */
const start = { strategy: "istio", stable: "v1", canary: "v2", route: { stable: 90, canary: 10 } as Share } as const;

/** Whether a lab begins where the first `up` ends. */
export const beginsAtStart = ({ needs }: Pick<LabPage, "needs">): boolean =>
  needs.startsWith("the lab as `npm run up` leaves it");

/** Asks the cluster. A stack that cannot be asked is a deviation, too. */
export async function readDeviations(shell: Pick<LabShell, "status" | "faults">): Promise<Deviations> {
  try {
    const [status, stable, canary] = await Promise.all([
      shell.status(),
      shell.faults("stable"),
      shell.faults("canary"),
    ]);
    return deviationsOf(status, { stable, canary });
  } catch (error) {
    return [(error as Error).message];
  }
}

export const deviationsOf = (status: Status, pods: Readonly<Record<Side, readonly PodFaults[]>>): Deviations => [
  ...faultsOf("stable", pods.stable),
  ...faultsOf("canary", pods.canary),
  ...releaseOf(status),
];

function faultsOf(side: Side, pods: readonly PodFaults[]): Deviations {
  const broken = pods.filter(isBroken);
  const words = new Set(broken.map(({ faults }) => faultWords(faults ?? {})));
  if (broken.length === 0) return [];
  const cause = `A fault is set in ${broken.length} of ${pods.length} ${side} pods: ${[...words].join("; ")}.`;
  return [withNext(cause, healing(side))];
}

/** One sentence: the first that differs of the strategy, the stable version, the canary and the shares decides what brings all of it back. */
function releaseOf({ strategy, workloads, weights: { route }, stack }: Status): Deviations {
  // Another strategy does not begin together with a canary that has a share.
  const given = `git checkout Pulumi.${stack}.yaml`;
  const atRest = "npx canaryctl config set canaryEnabled false canaryWeight 0";
  const anew = `${given} && ${atRest} && npx canaryctl up && ${given} && npx canaryctl up`;
  const loses = `This brings it back, and drops what else was changed in Pulumi.${stack}.yaml:`;
  if (strategy !== start.strategy)
    return [withNext(`The strategy is ${strategy}, not ${start.strategy}. ${loses}`, anew)];
  const hasCanary = workloads.some(
    (each) => each.role === "canary" && each.version === start.canary && each.wanted > 0,
  );
  const stable = workloads.find(({ role }) => role === "stable")?.version ?? "none";
  if (stable !== start.stable)
    return [withNext(`The stable version is ${stable}, not ${start.stable}. ${loses}`, anew)];
  const move = `npx canaryctl set-traffic ${start.route.stable} ${start.route.canary}`;
  if (!hasCanary)
    return [
      withNext(
        `There is no canary ${start.canary}.`,
        `npx canaryctl set-traffic 100 0 && npx canaryctl create-canary --image versioned-echo:${start.canary} && ${move}`,
      ),
    ];
  const split = route ? shareText(route) : "none";
  return split === shareText(start.route)
    ? []
    : [withNext(`The traffic is at ${split}, not ${shareText(start.route)}.`, move)];
}
