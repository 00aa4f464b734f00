import { UnreachableError } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import { isComplete, untilStarted } from "../../../../stacks/live/started-deployment.ts";
import { recorded } from "../../canary/pods/recorded.ts";

const owner = (uid: string) => [{ uid, controller: true }];
const revision = (of: string) => ({ "deployment.kubernetes.io/revision": of });

/** A Deployment of two pods, as many of which are available. */
const deployment = (availableReplicas: number, change: object = {}) => ({
  metadata: { uid: "deployment", generation: 3, annotations: revision("2") },
  spec: { replicas: 2 },
  status: { observedGeneration: 3, replicas: 2, updatedReplicas: 2, availableReplicas, ...change },
});

/** What the cluster answers at one moment. */
interface Moment {
  readonly deployment?: unknown;
  readonly sets?: readonly object[];
  readonly pods?: readonly object[];
  readonly events?: readonly object[];
}

const ready: Moment = { deployment: deployment(2) };
const failing = ({ makers, pods }: (typeof recorded)[keyof typeof recorded]): Moment => ({
  deployment: deployment(0),
  sets: makers.map((set) => ({
    ...set,
    metadata: { name: "set", uid: "set", annotations: revision("2"), ownerReferences: owner("deployment") },
  })),
  pods: pods.map((pod) => ({ ...pod, metadata: { ...pod.metadata, ownerReferences: owner("set") } })),
});

/** Follows with what the cluster answers second after second, the last for ever; says how it ended, when, and what was done. */
async function follow(moments: readonly (Moment | Error)[], seconds = 240, kind?: "DaemonSet") {
  let milliseconds = 0;
  const said: string[] = [];
  const done: string[] = [];
  const get = async <T>(path: string): Promise<T | undefined> => {
    const moment = moments[Math.min(Math.floor(milliseconds / 1000), moments.length - 1)];
    if (moment instanceof Error) throw moment;
    const { deployment: live, sets = [], pods = [], events = [] } = moment ?? {};
    if (/\/(deployments|daemonsets)\//.test(path)) return live as T;
    const items = path.includes("/replicasets") ? sets : path.includes("/events") ? events : pods;
    return { items } as T;
  };
  const client = {
    get,
    patch: async <T>(path: string) => {
      done.push(`patch ${path.split("/").at(-1)}`);
      return {} as T;
    },
    delete: async (path: string) => void done.push(`delete ${path.split("/").at(-1)}`),
    text: async () => "one\nError: no database\n",
  };
  const clock = {
    now: () => milliseconds,
    sleep: async (pause: number) => {
      milliseconds += pause;
    },
  };
  const start = {
    namespace: "canary-lab",
    name: "versioned-echo-v2",
    seconds,
    next: ["npx canaryctl up"],
    ...(kind && { kind }),
  };
  const end = await untilStarted(client, start, { say: (line) => said.push(line), clock }).then(
    () => "ready",
    (error) => error.toText() as string,
  );
  return { end, said, done, seconds: milliseconds / 1000 };
}

describe("a Deployment is followed", () => {
  test("until its pods are ready", async () => {
    const starting: Moment = { ...failing(recorded.quota), sets: [] };
    const { end, said, seconds } = await follow([starting, starting, ready]);
    expect({ end, said }).toEqual({ end: "ready", said: ["versioned-echo-v2: 0 of 2 new pods ready"] });
    expect(seconds).toBeCloseTo(2.1);
  });

  test.each(Object.entries(recorded))("until it is certain that they cannot start: %s", async (name, one) => {
    const { end, seconds } = await follow([failing(one)]);
    expect(end).toMatch(/^error: Pods of versioned-echo-v2 cannot start: /);
    expect(end).toContain(one.words);
    expect(end).toMatch(/\n {2}at: {6}Deployment canary-lab\/versioned-echo-v2/);
    expect(end).toMatch(/\n {2}first: {3}\S/);
    expect(end).toMatch(/\n {2}next: {4}npx canaryctl up$/);
    expect(seconds).toBeLessThan(15);
    expect(end.includes("its last lines: one | Error: no database")).toBe(name === "crash");
  });

  test("until they cannot pull, for a Secret is missing: it is named, with the command that makes it", async () => {
    // As a kubelet of Kubernetes 1.36 says it.
    const message =
      "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not succeed.";
    const events = [{ type: "Warning", reason: "FailedToRetrieveImagePullSecret", message }];
    const { end, seconds } = await follow([{ ...failing(recorded.image), events }]);
    expect(end).toContain(recorded.image.words);
    expect(end).toContain("; Unable to retrieve some image pull secrets (regcred); attempting");
    expect(end).toMatch(
      /first: {3}make the Secret .*kubectl -n canary-lab create secret generic NAME --type=kubernetes.io\/dockerconfigjson/,
    );
    expect(seconds).toBeLessThan(20);
  });

  test("through what passes by itself", async () => {
    for (const one of [recorded.quota, recorded.serviceAccount, recorded.unschedulable]) {
      const passing = failing(one);
      expect((await follow([passing, passing, passing, ready])).end).toBe("ready");
    }
  });

  test("for as long as pods that hold the room are still about to go", async () => {
    const full = failing(recorded.quota);
    const leaving = { metadata: { name: "old", deletionTimestamp: "2026-11-27T00:00:00Z" } };
    const waiting = { ...full, pods: [leaving] };
    expect((await follow([...Array(30).fill(waiting), ready])).end).toBe("ready");
    const { end, seconds } = await follow([...Array(30).fill(waiting), full]);
    expect(end).toContain("exceeded quota");
    expect(seconds).toBeLessThan(40);
  });

  test("while an autoscaler adds a node, and says so", async () => {
    const event = { reason: "TriggeredScaleUp", message: "pod triggered scale-up: [{pool 1->2 (max: 3)}]" };
    const full = { ...failing(recorded.unschedulable), events: [event] };
    const { end, said } = await follow([...Array(60).fill(full), ready]);
    expect(end).toBe("ready");
    expect(said.join("\n")).toContain("pool 1->2");
  });

  test("to its timeout where pods run and are not ready, and says what they wait for", async () => {
    const events = [
      { type: "Normal", reason: "Pulled", message: "pulled", lastTimestamp: "2026-11-27T00:00:02Z" },
      {
        type: "Warning",
        reason: "Unhealthy",
        message: "Readiness probe failed: 503",
        lastTimestamp: "2026-11-27T00:00:01Z",
      },
    ];
    const unready = { ...failing(recorded.image), events };
    const running = { ...unready, pods: unready.pods?.map((pod) => ({ ...pod, status: {} })) };
    const { end, seconds } = await follow([running], 60);
    expect(end).toMatch(
      /Not all pods of versioned-echo-v2 are ready after 60 s: .*Unhealthy: Readiness probe failed: 503/,
    );
    expect(seconds).toBeGreaterThanOrEqual(60);
  });

  test("for a moment only where a pod has been unready for longer than any start takes", async () => {
    const since = (seconds: number) => ({
      conditions: [{ type: "Ready", status: "False", lastTransitionTime: new Date(-seconds * 1000).toISOString() }],
    });
    const unready = failing(recorded.image);
    const running = (seconds: number) => ({
      ...unready,
      pods: unready.pods?.map((pod) => ({ ...pod, status: since(seconds) })),
      events: [{ type: "Warning", reason: "Unhealthy", message: "Readiness probe failed: 503" }],
    });
    const { end, seconds } = await follow([running(600)]);
    expect(end).toMatch(/have not been ready for 10 minutes: Unhealthy: Readiness probe failed: 503\./);
    expect(end).toMatch(/next: {4}npx canaryctl up\n[\s\S]*npx canaryctl doctor$/);
    expect(seconds).toBeLessThan(20);
    expect((await follow([...Array(10).fill(running(600)), ready])).end).toBe("ready");
    expect((await follow([...Array(100).fill(running(20)), ready])).end).toBe("ready");
  });

  test("while the API server is away for a moment", async () => {
    const away = new UnreachableError("The cluster does not answer: ECONNREFUSED");
    expect((await follow([away, away, ready])).end).toBe("ready");
    expect((await follow([away])).end).toContain("ECONNREFUSED");
  });

  test("from the first look on without a back-off that the cause may have ended by now", async () => {
    const refused = await follow([failing(recorded.quota), ready]);
    expect(refused).toMatchObject({ end: "ready", done: ["patch set"] });
    const pulling = failing(recorded.image);
    const { done } = await follow([pulling, ready]);
    expect(done).toEqual(pulling.pods?.map((pod) => `delete ${(pod as { metadata: { name: string } }).metadata.name}`));
  });
});

test("isComplete is what `kubectl rollout status` waits for", () => {
  expect(isComplete(deployment(2))).toBe(true);
  expect(isComplete(deployment(2, { observedGeneration: 2 }))).toBe(false);
  expect(isComplete(deployment(2, { updatedReplicas: 1 }))).toBe(false);
  expect(isComplete(deployment(2, { replicas: 3 }))).toBe(false);
  expect(isComplete({ metadata: {}, spec: { replicas: 0 }, status: {} })).toBe(true);
});

describe("a DaemonSet is followed", () => {
  const daemonSet = (numberAvailable: number) => ({
    metadata: { uid: "daemon-set", generation: 1 },
    status: {
      observedGeneration: 1,
      ...{ desiredNumberScheduled: 2, currentNumberScheduled: 2, updatedNumberScheduled: 2 },
      ...{ numberAvailable, numberReady: numberAvailable },
    },
  });

  test("until it has a pod that is ready on each node", async () => {
    const moments = [0, 1, 2].map((available) => ({ deployment: daemonSet(available) }));
    const { end, said } = await follow(moments, 240, "DaemonSet");
    expect([end, said]).toEqual([
      "ready",
      ["versioned-echo-v2: 0 of 2 new pods ready", "versioned-echo-v2: 1 of 2 new pods ready"],
    ]);
  });

  test("until its pods cannot pull, with their own words, and those that wait out a back-off try again", async () => {
    const { pods } = recorded.image;
    const failed = pods.map((pod) => ({ ...pod, metadata: { ...pod.metadata, ownerReferences: owner("daemon-set") } }));
    const { end, seconds, done } = await follow([{ deployment: daemonSet(0), pods: failed }], 240, "DaemonSet");
    expect(end).toContain(recorded.image.words);
    expect(end).toMatch(/\n {2}at: {6}DaemonSet canary-lab\/versioned-echo-v2/);
    expect(seconds).toBeLessThan(20);
    expect(done.every((act) => act.startsWith("delete "))).toBe(true);
  });
});
