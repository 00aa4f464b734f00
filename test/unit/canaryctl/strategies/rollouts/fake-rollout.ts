import type { RolloutObject } from "../../../../../canary/rollout/rollout-object.ts";
import { destinationRulePath, rolloutPath, virtualServicePath } from "../../../../../cluster/kube/paths.ts";
import { type FakeOptions, fakeLab, virtualService } from "../../fake-lab.ts";

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
export type Status = Mutable<NonNullable<RolloutObject["status"]>>;

const steps = [{ setWeight: 20 }, { pause: {} }, { setWeight: 60 }, { pause: { duration: "30s" } }];

/** @param image as the config named it; not noted by an earlier program */
export const revision = (hash: string, version: string, count: number, image?: string) => ({
  metadata: {
    name: `versioned-echo-${hash}`,
    annotations: { "rollout.argoproj.io/revision": String(count), ...(image && { "canary-lab/image": image }) },
    ownerReferences: [{ kind: "Rollout", name: "versioned-echo", controller: true }],
  },
  spec: {
    replicas: 2,
    template: {
      metadata: { labels: { app: "versioned-echo", version, "rollouts-pod-template-hash": hash } },
      spec: { containers: [{ name: "echo", image: `registry/versioned-echo@sha256:${version}` }] },
    },
  },
  status: { readyReplicas: 2 },
});

/** At a pause without a time, after the first weight. */
export const pausedCanary: Status = {
  observedGeneration: "2",
  phase: "Paused",
  message: "CanaryPauseStep",
  controllerPause: true,
  pauseConditions: [{ reason: "CanaryPauseStep" }],
  currentPodHash: "new",
  stableRS: "old",
  currentStepIndex: 1,
  updatedReplicas: 2,
  availableReplicas: 4,
  canary: { weights: { canary: { weight: 20 } } },
};

/** The new colour waits in preview. */
export const pausedColour: Status = {
  observedGeneration: "2",
  phase: "Paused",
  message: "BlueGreenPause",
  controllerPause: true,
  pauseConditions: [{ reason: "BlueGreenPause" }],
  currentPodHash: "new",
  stableRS: "old",
  updatedReplicas: 2,
  availableReplicas: 4,
  blueGreen: { activeSelector: "old", previewSelector: "new" },
};

export const healthy: Partial<Status> = {
  phase: "Healthy",
  message: "",
  controllerPause: false,
  pauseConditions: [],
  stableRS: "new",
  currentStepIndex: steps.length,
  blueGreen: { activeSelector: "new", previewSelector: "new" },
  canary: { weights: { canary: { weight: 0 } } },
};

export const aborted: Partial<Status> = {
  phase: "Degraded",
  message: "RolloutAborted: Rollout aborted update to revision 2",
  abort: true,
  controllerPause: false,
  pauseConditions: [],
  canary: { weights: { canary: { weight: 0 } } },
};

/**
 * A lab with a Rollout from `versioned-echo:v1` (hash `old`) to `versioned-echo:v2` (hash `new`). `react` stands in for its controller:
 * what it answers to a patch is put into the status.
 */
export function fakeRollout(
  start: Status,
  react: (patch: string) => Partial<Status> | undefined = () => undefined,
  options: FakeOptions = {},
) {
  const status: Status = { ...start };
  const isColours = start.blueGreen !== undefined;
  const strategy = isColours ? { blueGreen: { autoPromotionEnabled: false } } : { canary: { steps } };
  const path = rolloutPath("canary-lab", "versioned-echo");
  const objects: Record<string, unknown> = {
    [path]: {
      metadata: {
        name: "versioned-echo",
        generation: 2,
        resourceVersion: "7",
        annotations: { "rollout.argoproj.io/revision": "2" },
      },
      spec: { replicas: 2, strategy },
      status,
    },
    [destinationRulePath("canary-lab", "versioned-echo")]: { metadata: { name: "versioned-echo" } },
    "/apis/apps/v1/namespaces/canary-lab/replicasets": { items: [revision("old", "v1", 1), revision("new", "v2", 2)] },
  };
  const route = virtualServicePath("canary-lab", "versioned-echo-virtualservice");
  const showRoute = () => {
    objects[route] = virtualService(status.canary?.weights?.canary.weight ?? 0, [
      { manager: "rollouts-controller", fieldsV1: { "f:spec": { "f:http": {} } } },
    ]);
  };
  showRoute();
  const fake = fakeLab({
    configWeight: 10,
    ...options,
    changes: {
      strategy: isColours ? "rollout-blue-green" : "rollout-canary",
      canaryEnabled: true,
      ...options.changes,
    },
    objects,
    onPatch: (_path, change) => {
      Object.assign(status, react(JSON.stringify(change)));
      showRoute();
    },
  });
  const become = (next: Partial<Status>) => {
    Object.assign(status, next);
    showRoute();
  };
  return { ...fake, become, objects };
}
