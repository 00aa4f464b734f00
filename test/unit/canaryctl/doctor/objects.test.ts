import { describe, expect, test } from "@jest/globals";
import { eventFacts, namespaceFacts, podFacts, workloadFacts } from "../../../../canaryctl/src/doctor/objects.ts";
import { rolloutFacts } from "../../../../canaryctl/src/doctor/rollouts.ts";
import { routeFacts } from "../../../../canaryctl/src/doctor/route-objects.ts";
import { renderNamespace } from "../../../../components/workload/render-application.ts";

const metadata = { name: "a", namespace: "n" };

describe("a pod", () => {
  const container = { name: "echo" };
  test("has a sidecar among its containers, or as a native one among those that start first", () => {
    const sidecar = { name: "istio-proxy" };
    expect(podFacts({ metadata, spec: { containers: [container] } }).hasSidecar).toBe(false);
    expect(podFacts({ metadata, spec: { containers: [container, sidecar] } }).hasSidecar).toBe(true);
    expect(podFacts({ metadata, spec: { containers: [container], initContainers: [sidecar] } }).hasSidecar).toBe(true);
  });

  test("that only begins to run has no fault; one that crashed has how it ended", () => {
    const withState = (state: object, lastState: object = {}) =>
      podFacts({
        metadata,
        spec: { containers: [container] },
        status: { containerStatuses: [{ name: "echo", image: "x", restartCount: 3, state, lastState }] },
      }).faults;
    expect(withState({ waiting: { reason: "ContainerCreating" } })).toEqual([]);
    expect(withState({})).toEqual([]);
    expect(
      withState(
        { waiting: { reason: "CrashLoopBackOff", message: "back-off 40s" } },
        { terminated: { reason: "Error", exitCode: 7 } },
      ),
    ).toEqual([
      {
        container: "echo",
        image: "x",
        reason: "CrashLoopBackOff",
        message: "back-off 40s; last time: Error, exit code 7",
        isCrashing: true,
        restarts: 3,
      },
    ]);
  });

  test("that is about to go is not ready", () => {
    const status = { conditions: [{ type: "Ready", status: "True" }] };
    const going = { ...metadata, deletionTimestamp: "2026-01-01T00:00:00Z" };
    expect(podFacts({ metadata, spec: { containers: [] }, status }).isReady).toBe(true);
    expect(podFacts({ metadata: going, spec: { containers: [] }, status }).isReady).toBe(false);
  });
});

test("a namespace has all notes of the program, or says which are lost", () => {
  const spec = {
    app: "a",
    namespace: "n",
    stack: "o/canary-lab/dev",
    applied: {},
    strategy: "istio",
    canaryEnabled: true,
  };
  const { annotations, ...whole } = renderNamespace(spec).metadata;
  expect(namespaceFacts({ metadata: { ...whole, annotations } }).lostNotes).toBeUndefined();
  const { "canary-lab/stack": _, "canary-lab/config-hash": __, ...left } = annotations;
  const live = { metadata: { ...whole, annotations: left } };
  expect(namespaceFacts(live).lostNotes).toEqual(["canary-lab/stack", "canary-lab/config-hash"]);
});

test("the last writer of a field is the one with the latest time; of those without it, the only one", () => {
  const fields = (manager: string, time: string | undefined, field = "f:replicas") => ({
    manager,
    ...(time && { time }),
    fieldsV1: { "f:spec": { [field]: {} } },
  });
  const writer = (...managedFields: object[]) =>
    workloadFacts("Deployment")({ metadata: { ...metadata, managedFields }, spec: {} }).replicasWriter;
  expect(writer(fields("pulumi", "2026-01-01T00:00:00Z"), fields("hpa", "2026-01-02T00:00:00Z"))?.manager).toBe("hpa");
  expect(writer(fields("kubectl", undefined))?.manager).toBe("kubectl");
  expect(writer(fields("pulumi", "2026-01-01T00:00:00Z", "f:template"))).toBeUndefined();
});

test("a VirtualService without gateways is the mesh's", () => {
  expect(routeFacts({ metadata, spec: { hosts: ["a"] } })).toMatchObject({ gateways: ["mesh"], http: [] });
});

test("of events only the warnings are kept", () => {
  const involvedObject = { kind: "Pod", name: "a" };
  expect(eventFacts({ type: "Normal", reason: "Pulled", involvedObject })).toEqual([]);
  expect(eventFacts({ type: "Warning", reason: "Failed", message: "m", involvedObject })).toEqual([
    { object: "Pod/a", reason: "Failed", message: "m" },
  ]);
});

describe("the header's route of a Rollout", () => {
  const header = { setHeaderRoute: { name: "canary-header", match: [{}] } };
  const at = (currentStepIndex: number, status: object = {}) =>
    rolloutFacts({
      metadata: { name: "a", generation: 2 },
      spec: {
        strategy: {
          canary: {
            steps: [
              { setWeight: 10 },
              header,
              { pause: {} },
              { setHeaderRoute: { name: "canary-header" } },
              { pause: {} },
            ],
          },
        },
      },
      status: {
        observedGeneration: "2",
        phase: "Paused",
        pauseConditions: [{ reason: "CanaryPauseStep" }],
        currentPodHash: "b",
        stableRS: "a",
        currentStepIndex,
        ...status,
      },
    })?.headerRoutes;

  test("is missed only after the step that makes it, and before the one that takes it away", () => {
    expect([0, 1, 2, 3, 4].map((step) => at(step))).toEqual([[], [], ["canary-header"], ["canary-header"], []]);
  });

  test("is not missed where no release is under way", () => {
    expect(at(2, { stableRS: "b" })).toEqual([]);
    expect(at(2, { abort: true, phase: "Degraded" })).toEqual([]);
    expect(rolloutFacts(undefined)).toBeNull();
  });
});
