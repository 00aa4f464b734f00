import {
  destinationRulePath,
  replicaSetsPath,
  rolloutPath,
  virtualServicePath,
} from "../../../../cluster/kube/paths.ts";

/** What a test says of the Rollout of `echo` in namespace `lab`; the rest is that of a finished release. */
export interface Given {
  readonly current?: string;
  readonly stable?: string;
  readonly weight?: number;
  readonly canaryHash?: string;
  readonly abort?: boolean;
  readonly phase?: string;
  readonly workloadRef?: { readonly scaleDown: string };
  readonly generation?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly replicas?: number;
  /** For how many pods the controller has scaled its ReplicaSets. */
  readonly desired?: number;
}

export const application = { app: "echo", namespace: "lab" };
export const paths = {
  rollout: rolloutPath("lab", "echo"),
  destinationRule: destinationRulePath("lab", "echo"),
  virtualService: virtualServicePath("lab", "echo-virtualservice"),
};
export const trafficRouting = {
  managedRoutes: [{ name: "canary-header" }],
  istio: {
    virtualService: { name: "echo-virtualservice", routes: ["weighted"] },
    destinationRule: { name: "echo", stableSubsetName: "v1", canarySubsetName: "v2" },
  },
};

export const steps = [{ setWeight: 10 }, { pause: {} }];

export function rolloutObject(given: Given) {
  const {
    current = "aaa",
    stable = "aaa",
    abort,
    phase = "Healthy",
    workloadRef,
    generation = 1,
    annotations,
    replicas = 2,
  } = given;
  return {
    metadata: { name: "echo", generation, annotations },
    spec: {
      replicas,
      ...(workloadRef && { workloadRef: { name: "echo", ...workloadRef } }),
      strategy: { canary: { trafficRouting, steps } },
    },
    status: {
      observedGeneration: "1",
      phase,
      ...(phase === "Paused" && { pauseConditions: [{ reason: "CanaryPauseStep" }] }),
      abort,
      currentPodHash: current,
      stableRS: stable,
      currentStepIndex: current === stable ? 2 : 1,
      ...(workloadRef && { workloadObservedGeneration: "1" }),
    },
  };
}

/** The objects by path, as a client would find them. */
export function objects(given: Given): Map<string, object> {
  const { stable = "aaa", weight = 0, canaryHash = stable, replicas = 2, desired = replicas } = given;
  const side = (subset: string, share: number) => ({ destination: { subset }, weight: share });
  const subset = (name: string, hash: string) => ({ name, labels: { "rollouts-pod-template-hash": hash } });
  const template = { spec: { containers: [{ name: "echo", image: "echo:stable" }] } };
  const annotations = { "rollout.argoproj.io/desired-replicas": `${desired}` };
  return new Map<string, object>([
    [
      replicaSetsPath("lab", { app: "echo" }),
      { items: [{ metadata: { name: "echo-aaa", annotations }, spec: { template } }] },
    ],
    [paths.rollout, rolloutObject(given)],
    [
      paths.virtualService,
      { spec: { http: [{ name: "weighted", route: [side("v1", 100 - weight), side("v2", weight)] }] } },
    ],
    [paths.destinationRule, { spec: { subsets: [subset("v1", stable), subset("v2", canaryHash)] } }],
    [replicaSetsPath("lab", { "rollouts-pod-template-hash": stable }), { items: [{ spec: { template } }] }],
  ]);
}

/** A cluster whose state is the next one after each sleep; the last one stays. It remembers what is patched and applied. */
export function fakeCluster(states: readonly Map<string, object>[]) {
  let now = 0;
  let passed = 0;
  const patches: { readonly path: string; readonly change: object }[] = [];
  const applied: { readonly path: string; readonly object: object; readonly manager: string }[] = [];
  return {
    patches,
    applied,
    client: {
      apply: async <T>(path: string, object: object, manager: string) => {
        applied.push({ path, object, manager });
        return {} as T;
      },
      get: async <T>(path: string) => states[Math.min(passed, states.length - 1)]?.get(path) as T | undefined,
      patch: async <T>(path: string, change: object) => {
        patches.push({ path, change });
        return {} as T;
      },
    },
    clock: {
      now: () => now,
      sleep: async (milliseconds: number) => {
        now += milliseconds;
        passed += 1;
      },
    },
  };
}
