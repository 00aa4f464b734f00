import { describe, expect, test } from "@jest/globals";
import { replicaSetPath, replicaSetsPath } from "../../../../cluster/kube/paths.ts";
import { removeIdlePods, untilIdlePodsAreGone } from "../../../../stacks/live/idle-pods.ts";
import { rolloutObject } from "./fake-rollout.ts";

const application = { app: "versioned-echo", namespace: "canary-lab" };

const revision = (image: string, deadline?: string, replicas = 2) => ({
  metadata: deadline ? { annotations: { "scale-down-deadline": deadline } } : {},
  spec: { replicas, template: { spec: { containers: [{ name: "echo", image }] } } },
});

/** Asks for image echo:v2 while the last release's pods go `after` so many seconds. */
async function ask(after: number, ...others: ReturnType<typeof revision>[]) {
  let seconds = 0;
  const said: string[] = [];
  const get = async <T>(path: string): Promise<T> => {
    expect(path).toBe(replicaSetsPath("canary-lab", { app: "versioned-echo" }));
    const idle = revision("echo:v2", seconds < after ? "2026-11-21T09:30:00Z" : undefined);
    return { items: [idle, ...others] } as T;
  };
  const clock = {
    now: () => seconds * 1000,
    sleep: async (milliseconds: number) => {
      seconds += milliseconds / 1000;
    },
  };
  await untilIdlePodsAreGone({ get }, application, "echo:v2", { say: (line) => void said.push(line), clock });
  return { said, seconds };
}

describe("a release of an image whose last release was given up a moment ago", () => {
  test("waits until those pods are gone, for they would get all users at once", async () => {
    const { said, seconds } = await ask(30);
    expect(seconds).toBe(30);
    expect(said).toEqual([
      "waiting: its pods stay until 2026-11-21T09:30:00Z, and would become active at once, without a promotion",
    ]);
  });

  test("does not wait for the pods of other images", async () => {
    expect(await ask(0, revision("echo:v1", "2026-11-21T09:30:00Z"))).toEqual({ said: [], seconds: 0 });
  });

  test("does not wait for a deadline that is past, which the controller leaves at a revision without pods", async () => {
    expect(await ask(0, revision("echo:v2", "2026-11-21T09:30:00Z", 0))).toEqual({ said: [], seconds: 0 });
  });

  test("is refused where they stay for long", async () => {
    await expect(ask(3600)).rejects.toMatchObject({ message: expect.stringContaining("not cleared away after 90 s") });
  });
});

/** Two revisions of a Rollout: the stable one, `aaa`, and another, whose pods go `after` so many seconds when they are told to. */
function twoRevisions(after: number, { hash = "bbb", kind = "Rollout" } = {}) {
  let seconds = 0;
  let told = false;
  const patches: { readonly path: string; readonly change: object }[] = [];
  const set = (name: string, label: string, replicas: number, pods = replicas) => ({
    metadata: { name, labels: { "rollouts-pod-template-hash": label }, ownerReferences: [{ kind }] },
    spec: { replicas, template: { spec: { containers: [{ name: "echo", image: name }] } } },
    status: { replicas: pods },
  });
  const client = {
    get: async <T>() =>
      ({ items: [set("stable", "aaa", 2), set("other", hash, told ? 0 : 2, seconds < after ? 2 : 0)] }) as T,
    patch: async <T>(path: string, change: object) => {
      told = true;
      patches.push({ path, change });
      return {} as T;
    },
  };
  const clock = {
    now: () => seconds * 1000,
    sleep: async (milliseconds: number) => {
      seconds += milliseconds / 1000;
    },
  };
  const remove = (given: Parameters<typeof rolloutObject>[0] = {}) =>
    removeIdlePods(client, application, rolloutObject(given), { say: () => {}, clock });
  return { patches, remove, seconds: () => seconds };
}

describe("leaving a Rollout that keeps the pods of another revision for a while", () => {
  test("takes them away, and waits until they are gone", async () => {
    const { patches, remove, seconds } = twoRevisions(2);
    await remove();
    expect(patches).toEqual([{ path: replicaSetPath("canary-lab", "other"), change: { spec: { replicas: 0 } } }]);
    expect(seconds()).toBe(2);
  });

  test("leaves those alone that the Rollout uses, and those of a Deployment", async () => {
    for (const { patches, remove } of [twoRevisions(2, { hash: "aaa" }), twoRevisions(2, { kind: "Deployment" })]) {
      await remove();
      expect(patches).toEqual([]);
    }
    const { patches, remove } = twoRevisions(2);
    await remove({ current: "bbb" });
    expect(patches).toEqual([]);
  });

  test("is refused where they stay", async () => {
    await expect(twoRevisions(3600).remove()).rejects.toThrow(/not gone after 90 s: the pods of other are still there/);
  });
});
