import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { readExposition } from "../../../canary/judge/counters/exposition.ts";
import { type Release, type Side, telemetryOf } from "../../../canary/judge/counters/telemetry.ts";
import { podsPath } from "../../../cluster/kube/paths.ts";
import type { PodList } from "../../../stacks/live/proxies/exec.ts";
import type { AskProxy } from "../../../stacks/live/proxies/pod-access.ts";
import { endpointsPath } from "../../../stacks/live/proxies/sidecar-endpoints.ts";
import { upstreamCountersPath } from "../../../stacks/live/proxies/upstream-counters.ts";
import { answersByAddress, type CanaryPods, type Outcome, outcomes, sideOfPod } from "./pod-answers.ts";

/** One of the counters that a proxy has of an application. */
export interface SideCounter {
  /** Tells it from the others. */
  readonly id: string;
  readonly side: Side;
  readonly outcome: Outcome;
  readonly count: number;
}

/** Reads the counters of one proxy as they are now. */
export type ReadSides = () => Promise<readonly SideCounter[]>;

/** By subset or Service: these stay when the pods behind them go, or are taken out of the application's Service. */
export function sidesBySubset(ask: AskProxy, release: Release): ReadSides {
  const telemetry = telemetryOf(release, []);
  return async () => {
    const page = await ask(upstreamCountersPath(release.app ?? ""));
    return readExposition(page, telemetry, 0, {}).requests.flatMap(({ metric, values: [[, value] = [0, "0"]] }) => {
      const side = telemetry.sideOf(metric);
      const outcome = telemetry.isBad(metric) ? "failed" : "answered";
      return side ? [{ id: JSON.stringify(metric), side, outcome, count: Number(value) }] : [];
    });
  };
}

/**
 * By pod, where one Service leads to both sides, or where which revision is the canary's is known by its ReplicaSet alone. A pod that goes
 * takes its counters along.
 */
export function sidesByPod(
  ask: AskProxy,
  cluster: Pick<ClusterClient, "get">,
  of: ApplicationName,
  canaryPods: CanaryPods,
): ReadSides {
  /** Pods that have gone stay known: the proxy may still count for one. */
  const sides = new Map<string, Side>();
  return async () => {
    const [dump, pods] = await Promise.all([
      ask(endpointsPath),
      cluster.get<PodList>(podsPath(of.namespace, { app: of.app })),
    ]);
    for (const pod of pods?.items ?? []) if (pod.status?.podIP) sides.set(pod.status.podIP, sideOfPod(pod, canaryPods));
    return outcomes.flatMap((outcome) =>
      [...answersByAddress(dump, of, outcome)].flatMap(([address, count]) => {
        const side = sides.get(address);
        return side ? [{ id: `${address} ${outcome}`, side, outcome, count }] : [];
      }),
    );
  };
}
