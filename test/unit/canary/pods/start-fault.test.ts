import { describe, expect, test } from "@jest/globals";
import type { Condition, PodObject } from "../../../../canary/pods/pod-object.ts";
import { refusalCause, startFaults } from "../../../../canary/pods/start-fault.ts";
import { recorded } from "./recorded.ts";

const refusing = (message: string): { readonly status: { readonly conditions: readonly Condition[] } } => ({
  status: { conditions: [{ type: "ReplicaFailure", status: "True", reason: "FailedCreate", message }] },
});
const leaving: Pick<PodObject, "metadata"> = { metadata: { name: "old", deletionTimestamp: "2026-11-27T00:00:00Z" } };

describe("what a cluster said of pods that could not start", () => {
  test.each(Object.entries(recorded))("%s", (_, { makers, pods, cause, words }) => {
    const faults = startFaults({ makers, pods });
    expect(faults.map((fault) => fault.cause)).toEqual([cause]);
    expect(faults[0]?.words).toContain(words);
    expect(faults[0]?.graceSeconds).toBeLessThanOrEqual(11);
  });
});

describe("startFaults", () => {
  test("finds nothing where the API server lets pods in again, or pods are ready or only begin", () => {
    const [{ makers }] = [recorded.quota];
    const mended = makers.map(({ status }) => ({
      status: { conditions: status?.conditions?.map((one) => ({ ...one, status: "False" })) ?? [] },
    }));
    expect(startFaults({ makers: mended, pods: [] })).toEqual([]);
    const begins = { metadata: { name: "a" }, status: { containerStatuses: [waiting("ContainerCreating")] } };
    expect(startFaults({ makers: [], pods: [{ metadata: { name: "b" } }, begins] })).toEqual([]);
  });

  test("leaves pods that are about to go out, and gives what they hold time to become free", () => {
    const crashing = { status: { containerStatuses: [waiting("CrashLoopBackOff")] } };
    expect(startFaults({ makers: [], pods: [{ ...leaving, ...crashing }] })).toEqual([]);
    for (const { makers, pods } of [recorded.quota, recorded.unschedulable]) {
      expect(startFaults({ makers, pods, arePodsLeaving: true })).toEqual([]);
    }
    const { makers, pods } = recorded.podSecurity;
    expect(startFaults({ makers, pods, arePodsLeaving: true })).toHaveLength(1);
  });

  test("gives a registry that does not answer the time of a second pull, and one that answers no image less", () => {
    const grace = (message: string) =>
      startFaults({
        makers: [],
        pods: [{ metadata: { name: "a" }, status: { containerStatuses: [waiting("ErrImagePull", message)] } }],
      }).map(({ graceSeconds }) => graceSeconds);
    expect(grace("dial tcp 10.0.0.1:5000: connect: connection refused")).toEqual([11]);
    expect(grace("failed to resolve reference: versioned-echo:v9: not found")).toEqual([3]);
  });

  test("tells one fault where several pods have the same", () => {
    const pod = (name: string) => ({
      metadata: { name },
      status: { containerStatuses: [waiting("ImagePullBackOff"), { ...waiting("CrashLoopBackOff"), name: "other" }] },
    });
    const faults = startFaults({ makers: [], pods: [pod("a"), pod("b")] });
    expect(faults.map(({ cause, container }) => `${cause}/${container}`)).toEqual(["image/echo", "crash/other"]);
  });

  test("a Deployment that may not even make its ReplicaSet", () => {
    const message = "replicasets is forbidden: exceeded quota: few, requested: count/replicasets.apps=1";
    const condition = { type: "Progressing", status: "False", reason: "ReplicaSetCreateError", message };
    expect(startFaults({ makers: [{ status: { conditions: [condition] } }], pods: [] })).toMatchObject([
      { cause: "quota", words: message },
    ]);
  });
});

test.each([
  ['pods "a-b" is forbidden: failed quota: cpu: must specify requests.cpu', "quota"],
  ['pods "a-b" is forbidden: minimum memory usage per Pod is 1Gi, but request is 64Mi', "limit-range"],
  ['admission webhook "policy.example" denied the request: no', "admission"],
  ["ValidatingAdmissionPolicy 'no-pods' with binding 'b' denied request: no", "admission"],
])("%s is %s", (message, cause) => {
  expect(refusalCause(message)).toBe(cause);
  expect(startFaults({ makers: [refusing(message)], pods: [] })[0]?.words).toBe(
    message.replace('pods "a-b" is forbidden: ', ""),
  );
});

function waiting(reason: string, message = "") {
  return { name: "echo", image: "x", state: { waiting: { reason, message } } };
}
