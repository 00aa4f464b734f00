import type { UserError } from "@canary-lab/kit/user-error";
import { expect, test } from "@jest/globals";
import { watchRelease } from "../../../../stacks/live/release-watch.ts";
import { recorded } from "../../canary/pods/recorded.ts";

type Moment = readonly object[] | Error;
/** The pods as those of a ReplicaSet. */
const madeBy = (uid: string, pods: typeof recorded.image.pods) =>
  pods.map((pod) => ({ ...pod, metadata: { ...pod.metadata, ownerReferences: [{ uid, controller: true }] } }));
const pulling = madeBy("istiod", recorded.image.pods);
const crashing = madeBy("istiod", recorded.crash.pods);
const backingOff = pulling.map((pod) => ({ ...pod, status: { containerStatuses: [backOff()] } }));

function backOff() {
  const waiting = { reason: "ImagePullBackOff", message: 'Back-off pulling image "r:1/x"' };
  return { name: "proxy", image: "r:1/x", ready: false, restartCount: 0, state: { waiting } };
}

/** Objects that make pods, by the end of the path of their kind, as Helm leaves them: a ReplicaSet has what its Deployment has. */
const makers: Readonly<Record<string, readonly object[]>> = {
  replicasets: [
    { metadata: { uid: "istiod", annotations: { "meta.helm.sh/release-name": "istiod" } } },
    {
      metadata: {
        uid: "gateway",
        annotations: { "meta.helm.sh/release-name": "gateway" },
        labels: { release: "istiod" },
      },
    },
    { metadata: { uid: "kiali", labels: { "app.kubernetes.io/instance": "istiod" } } },
  ],
  daemonsets: [{ metadata: { uid: "agents", annotations: { "meta.helm.sh/release-name": "istiod" } } }],
  jobs: [
    { metadata: { uid: "hook", annotations: { "helm.sh/hook": "pre-install" }, labels: { release: "istiod" } } },
    { metadata: { uid: "their-hook", annotations: { "helm.sh/hook": "pre-install" }, labels: { release: "gateway" } } },
  ],
};

/** Watches a release that ends after so many seconds, by what pods its namespace has at each of them, the last for ever. */
async function watch(moments: readonly Moment[], endsAfter = 300) {
  let seconds = 0;
  const told: string[] = [];
  const deleted: string[] = [];
  const client = {
    get: async <T>(path: string): Promise<T | undefined> => {
      const [, kind = ""] = /^\/apis\/\w+\/v1\/namespaces\/istio-system\/(\w+)$/.exec(path) ?? [];
      if (kind !== "") return { items: makers[kind] ?? [] } as T;
      expect(path).toMatch(/^\/api\/v1\/namespaces\/istio-system\/pods\?/);
      const moment = moments[Math.min(seconds, moments.length - 1)];
      if (moment instanceof Error) throw moment;
      return { items: moment } as T;
    },
    delete: async (path: string) => void deleted.push(path.split("/").at(-1) ?? ""),
  };
  const clock = {
    now: () => seconds * 1000,
    sleep: async (milliseconds: number) => {
      seconds += milliseconds / 1000;
    },
  };
  const release = { name: "istiod", namespace: "istio-system" };
  const warn = (error: UserError) => void told.push(error.toPlainText());
  await watchRelease(client, release, () => seconds >= endsAfter, warn, clock);
  return { told, deleted, seconds };
}

test("pods of a release that cannot pull are told once, with the cluster's words, within 20 s", async () => {
  const { told, seconds } = await watch([[], pulling]);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^Pods of release istiod cannot start: /);
  expect(told[0]).toContain(recorded.image.words);
  expect(told[0]).toMatch(/at: {6}pod istio-system\/\S+\n {2}first: {3}\S.*\n {2}next: {4}npx canaryctl up$/s);
  expect(seconds).toBeLessThan(20);
});

test("what waits out a back-off is replaced at the first look, and no later one", async () => {
  const { deleted } = await watch([backingOff, []], 5);
  expect(deleted).toEqual(pulling.map(({ metadata }) => metadata.name));
  expect((await watch([[], backingOff], 5)).deleted).toEqual([]);
});

test.each(["gateway", "kiali", "their-hook", "nobody"])(
  "pods of %s in the same namespace are left alone",
  async (owner) => {
    const { told, deleted } = await watch([madeBy(owner, backingOff)], 60);
    expect({ told, deleted }).toEqual({ told: [], deleted: [] });
    expect((await watch([recorded.image.pods], 60)).told).toEqual([]);
  },
);

test.each(["agents", "hook"])("pods of %s are the release's as well", async (owner) => {
  expect((await watch([[], madeBy(owner, pulling)])).told).toHaveLength(1);
});

test("nothing is told of other faults, of a pull that succeeds in time, or once the release is there", async () => {
  expect((await watch([[], crashing], 60)).told).toEqual([]);
  expect((await watch([[], pulling, pulling, []], 60)).told).toEqual([]);
  expect(await watch([pulling], 0)).toEqual({ told: [], deleted: [], seconds: 0 });
});

test("a cluster that does not answer for a while is asked again", async () => {
  const away = new Error("ECONNREFUSED");
  expect((await watch([away, away, [], pulling])).told).toHaveLength(1);
});
