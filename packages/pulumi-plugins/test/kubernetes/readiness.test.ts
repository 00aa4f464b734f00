import { describe, expect, test } from "@jest/globals";
import type { JsonObject } from "../../src/json.ts";
import { podCheck, podProblem } from "../../src/kubernetes/awaiting/pods.ts";
import type { Snapshot } from "../../src/kubernetes/awaiting/readiness.ts";
import { ingressCheck, serviceCheck } from "../../src/kubernetes/awaiting/services.ts";
import { waitForCheck } from "../../src/kubernetes/awaiting/wait-for.ts";
import { deploymentCheck, jobCheck, selectorText, statefulSetCheck } from "../../src/kubernetes/awaiting/workloads.ts";

const look = (
  object: JsonObject,
  related: Readonly<Record<string, JsonObject[]>> = {},
  more: Partial<Snapshot> = {},
): Snapshot => ({
  object,
  before: undefined,
  related: (kind) => related[kind] ?? [],
  quietFor: (kind) => (related[kind] ? 60_000 : undefined),
  elapsed: 0,
  ...more,
});
const condition = (type: string, status: string, reason = "", message = "") => ({ type, status, reason, message });
const ownedBy = (uid: string) => ({ ownerReferences: [{ uid }] });
const pod = (owner: string, status: JsonObject): JsonObject => ({
  kind: "Pod",
  metadata: { name: "web-1", namespace: "conf", ...ownedBy(owner) },
  status,
});
const pulling = {
  containerStatuses: [
    {
      name: "c",
      ready: false,
      state: { waiting: { reason: "ImagePullBackOff", message: 'Back-off pulling image "none:9"' } },
    },
  ],
  conditions: [condition("Ready", "False", "ContainersNotReady", "containers with unready status: [c]")],
};

describe("Deployment", () => {
  const deployment = (revision: string, status: JsonObject, generation = 1): JsonObject => ({
    metadata: { name: "web", uid: "d", generation, annotations: { "deployment.kubernetes.io/revision": revision } },
    spec: { selector: { matchLabels: { app: "web" } } },
    status: { observedGeneration: generation, ...status },
  });
  const replicaSet = (revision: string, ready: number, replicas = 1): JsonObject => ({
    metadata: {
      name: `web-${revision}`,
      uid: `r${revision}`,
      annotations: { "deployment.kubernetes.io/revision": revision },
      ...ownedBy("d"),
    },
    spec: { replicas },
    status: { readyReplicas: ready },
  });
  const available = condition("Available", "True");
  const rolledOut = condition("Progressing", "True", "NewReplicaSetAvailable");

  test("is in order when its first ReplicaSet has its pods", () => {
    expect(
      deploymentCheck.check(look(deployment("1", { conditions: [available] }), { ReplicaSet: [replicaSet("1", 1)] }))
        .ready,
    ).toBe(true);
    expect(
      deploymentCheck.check(look(deployment("1", { conditions: [available] }), { ReplicaSet: [replicaSet("1", 1, 2)] }))
        .ready,
    ).toBe(false);
  });

  test("is not yet while the controller has not seen the change", () => {
    const seen = deployment("1", { conditions: [available], observedGeneration: 1 }, 2);
    expect(deploymentCheck.check(look(seen, { ReplicaSet: [replicaSet("1", 1)] })).ready).toBe(false);
  });

  test("after a rollout the new revision counts, not the old pods that still serve", () => {
    const halfway = deployment("2", { conditions: [available, condition("Progressing", "True", "ReplicaSetUpdated")] });
    const sets = [replicaSet("1", 1), replicaSet("2", 0)];
    const readiness = deploymentCheck.check(
      look(halfway, { ReplicaSet: sets, Pod: [pod("r2", pulling), pod("r1", {})] }),
    );
    expect(readiness.ready).toBe(false);
    expect(readiness.details).toEqual([
      "Minimum number of Pods to consider the application live was not attained",
      '[Pod conf/web-1]: containers with unready status: [c][ImagePullBackOff] Back-off pulling image "none:9"',
    ]);
    const done = deployment("2", { conditions: [available, rolledOut] });
    expect(deploymentCheck.check(look(done, { ReplicaSet: [replicaSet("1", 0, 0), replicaSet("2", 1)] })).ready).toBe(
      true,
    );
  });

  test("says that a quota forbids its pods", () => {
    const conditions = [
      condition("Available", "False", "MinimumReplicasUnavailable", "no"),
      condition("ReplicaFailure", "True", "FailedCreate", "exceeded quota: q"),
    ];
    const readiness = deploymentCheck.check(
      look(deployment("1", { conditions }), { ReplicaSet: [replicaSet("1", 0)] }),
    );
    expect(readiness.details).toEqual([
      "[MinimumReplicasUnavailable] no",
      "[FailedCreate] exceeded quota: q",
      "Minimum number of live Pods was not attained",
    ]);
  });

  test("none wanted is in order with none", () => {
    expect(
      deploymentCheck.check(look(deployment("1", { conditions: [available] }), { ReplicaSet: [replicaSet("1", 0, 0)] }))
        .ready,
    ).toBe(true);
  });
});

describe("pods", () => {
  test("tell a crash loop, and one that no node takes", () => {
    const crashing = {
      containerStatuses: [
        {
          name: "c",
          ready: false,
          state: { waiting: { reason: "CrashLoopBackOff", message: "back-off 20s" } },
          lastState: { terminated: { exitCode: 3, reason: "Error", finishedAt: "2026-11-21T05:00:00Z" } },
        },
      ],
    };
    expect(podProblem(pod("x", crashing))).toBe(
      '[Pod conf/web-1]: [CrashLoopBackOff] back-off 20s\ncontainer "c" terminated at 2026-11-21T05:00:00Z (Error: exit code 3)',
    );
    const unplaced = {
      conditions: [condition("PodScheduled", "False", "Unschedulable", "0/1 nodes are available: 1 Insufficient cpu.")],
    };
    expect(podProblem(pod("x", unplaced))).toBe(
      "[Pod conf/web-1]: [Unschedulable] 0/1 nodes are available: 1 Insufficient cpu.",
    );
    expect(podProblem(pod("x", { phase: "Succeeded" }))).toBe("");
  });

  test("are in order when ready, or done", () => {
    const conditions = ["PodScheduled", "Initialized", "Ready"].map((type) => condition(type, "True"));
    expect(podCheck.check(look(pod("x", { conditions }))).ready).toBe(true);
    expect(podCheck.check(look(pod("x", { phase: "Succeeded" }))).ready).toBe(true);
    expect(podCheck.check(look(pod("x", pulling))).ready).toBe(false);
  });
});

test("a Job that failed is not waited for any longer", () => {
  const job = (status: JsonObject) => ({ metadata: { name: "j", uid: "j" }, status });
  expect(jobCheck.check(look(job({ conditions: [condition("Complete", "True")] }))).ready).toBe(true);
  const failed = jobCheck.check(
    look(job({ failed: 1, conditions: [condition("Failed", "True", "BackoffLimitExceeded", "too often")] })),
  );
  expect(failed).toMatchObject({ ready: false, failed: true, details: ["[BackoffLimitExceeded] too often"] });
});

test("a StatefulSet has all replicas at one revision", () => {
  const set = (status: JsonObject) => ({
    metadata: { generation: 1 },
    spec: { replicas: 2 },
    status: { observedGeneration: 1, ...status },
  });
  const counts = { replicas: 2, readyReplicas: 2, currentReplicas: 2 };
  expect(statefulSetCheck.check(look(set({ ...counts, currentRevision: "a", updateRevision: "a" }))).ready).toBe(true);
  expect(statefulSetCheck.check(look(set({ ...counts, currentRevision: "a", updateRevision: "b" }))).ready).toBe(false);
  expect(
    statefulSetCheck.check(look(set({ ...counts, readyReplicas: 1, currentRevision: "a", updateRevision: "a" }))).ready,
  ).toBe(false);
});

describe("Service", () => {
  const service = (spec: JsonObject, status: JsonObject = {}) => ({
    metadata: { name: "s", namespace: "conf" },
    spec,
    status,
  });
  const endpoints = (subset: JsonObject) => ({ Endpoints: [{ metadata: { name: "s" }, subsets: [subset] }] });
  const selecting = service({ selector: { app: "a" } });

  test("waits until its endpoints have stopped to change", () => {
    const addresses = endpoints({ addresses: [{}] });
    expect(serviceCheck.check(look(selecting, addresses, { quietFor: () => 100 })).ready).toBe(false);
    expect(serviceCheck.check(look(selecting, addresses, { quietFor: () => 2000 })).ready).toBe(true);
    expect(serviceCheck.check(look(selecting, endpoints({ notReadyAddresses: [{}] }))).ready).toBe(false);
    expect(serviceCheck.check(look(selecting)).ready).toBe(false);
  });

  test("without pods of its own it need not wait, with a balancer it needs an address", () => {
    expect(serviceCheck.check(look(service({ clusterIP: "None", selector: { app: "a" } }))).ready).toBe(true);
    expect(serviceCheck.check(look(service({ type: "ExternalName" }))).ready).toBe(true);
    const balancer = serviceCheck.check(look(service({ type: "LoadBalancer" })));
    expect(balancer.ready).toBe(false);
    expect(balancer.details.at(-1)).toMatch("was not allocated an IP address");
    expect(serviceCheck.check(look(service({ type: "LoadBalancer" }, { loadBalancer: { ingress: [{}] } }))).ready).toBe(
      true,
    );
  });
});

test("an Ingress waits for its backends and its address", () => {
  const rules = [{ http: { paths: [{ backend: { service: { name: "s" } } }] } }];
  const ingress = (status: JsonObject) => ({ metadata: { name: "i" }, spec: { rules }, status });
  const address = { loadBalancer: { ingress: [{ ip: "1.2.3.4" }] } };
  expect(ingressCheck.check(look(ingress({}))).details).toHaveLength(2);
  expect(ingressCheck.check(look(ingress(address), { Endpoints: [{ metadata: { name: "s" } }] })).ready).toBe(true);
  expect(ingressCheck.check(look(ingress(address))).ready).toBe(false);
  expect(ingressCheck.check(look(ingress(address), {}, { elapsed: 60_000 })).ready).toBe(true);
});

describe("pulumi.com/waitFor", () => {
  const rollout = (status: JsonObject) => look({ metadata: { generation: 2 }, status });

  test("paths and conditions, all of them", () => {
    const check = waitForCheck('["jsonpath={.status.phase}=Healthy", "condition=Available"]');
    expect(check.check(rollout({ phase: "Healthy" })).details).toEqual(["condition=Available"]);
    expect(check.check(rollout({ phase: "Healthy", conditions: [condition("Available", "True")] })).ready).toBe(true);
  });

  test("a stale status tells nothing, a generation that is a text does not count", () => {
    const check = waitForCheck("jsonpath={.status.phase}=Healthy");
    expect(check.check(rollout({ phase: "Healthy", observedGeneration: 1 })).ready).toBe(false);
    expect(check.check(rollout({ phase: "Healthy", observedGeneration: "1" })).ready).toBe(true);
  });

  test("what it cannot read it refuses", () => {
    expect(() => waitForCheck("phase=Healthy")).toThrow('expected a "jsonpath=" or "condition=" prefix');
    expect(() => waitForCheck("jsonpath={.items[?(@.ready)]}")).toThrow("unsupported JSONPath");
  });
});

test("a label selector as a query", () => {
  const matchExpressions = [
    { key: "v", operator: "In", values: ["1", "2"] },
    { key: "x", operator: "Exists" },
  ];
  expect(selectorText({ matchLabels: { app: "a" }, matchExpressions } as JsonObject)).toBe("app=a,v in (1,2),x");
});
