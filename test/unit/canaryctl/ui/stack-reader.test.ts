import { UnreachableError } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import type { Lab } from "../../../../canaryctl/src/lab.ts";
import { StackReader } from "../../../../canaryctl/src/ui/stack-reader.ts";
import { type FakeOptions, fakeLab } from "../fake-lab.ts";

const position = (canaryWeight: string) => ({
  strategy: "istio",
  canaryWeight,
  canaryEnabled: "true",
  stableImage: "versioned-echo:v1",
  canaryImage: "versioned-echo:v2",
});
const entry = {
  at: "2026-01-31T12:00:00.000Z",
  who: "mira@atlas",
  command: "set-traffic 90 10",
  from: position("0"),
  to: position("10"),
  why: "a first look",
};
const pods = {
  items: [{ metadata: { name: "client" }, status: { conditions: [{ type: "Ready", status: "True" }] } }],
};

/** A lab with a caller whose proxy counts what a test says; `asked` has each path that was read. */
function counted(options: FakeOptions = {}) {
  const counts = { v1: 900, v2: 100, failed: 0 };
  const asked: string[] = [];
  const { lab } = fakeLab({
    configWeight: 10,
    objects: {
      "/api/v1/namespaces/canary-lab/pods": pods,
      "/api/v1/namespaces/canary-lab/configmaps/versioned-echo-history": {
        data: { "20260131T120000Z-7": JSON.stringify(entry) },
      },
    },
    ...options,
  });
  const line = (subset: string, codes: string, count: number) =>
    `envoy_cluster_upstream_rq{cluster_name="outbound|80|${subset}|versioned-echo.canary-lab.svc.cluster.local",response_code_class="${codes}"} ${count}`;
  const cluster: Lab["cluster"] = {
    ...lab.cluster,
    get: (path) => {
      asked.push(path);
      return lab.cluster.get(path);
    },
    text: async () =>
      [line("v1", "2xx", counts.v1), line("v2", "2xx", counts.v2), line("v2", "5xx", counts.failed)].join("\n"),
  };
  return { lab: { ...lab, cluster }, counts, asked };
}

const readerOf = (lab: Lab) => new StackReader("dev", () => lab);

describe("a stack is read", () => {
  test("with what runs and what is asked for, its plan and its moves", async () => {
    const { release, moves, trouble } = await readerOf(counted().lab).read();
    expect(trouble).toBeNull();
    expect(release).toMatchObject({
      app: "versioned-echo",
      strategy: "istio",
      images: { stable: "v1", canary: "v2" },
      wanted: { stable: 90, canary: 10 },
      live: { stable: 90, canary: 10 },
      workloads: [
        { role: "stable", ready: 2, wanted: 2 },
        { role: "canary", ready: 2, wanted: 2 },
      ],
      acts: ["set-traffic", "promote", "rollback", "faults"],
      fault: null,
    });
    expect(release?.plan.at(-1)).toEqual({ weight: 100, bake: null });
    expect(moves).toEqual([
      {
        at: entry.at,
        who: "mira@atlas",
        command: "set-traffic 90 10",
        from: "100/0",
        to: "90/10",
        why: "a first look",
        failed: null,
      },
    ]);
  });

  test("with what its callers count from the first look on, by version", async () => {
    const { lab, counts } = counted();
    const reader = readerOf(lab);
    expect((await reader.read()).traffic?.seen).toBeNull();
    Object.assign(counts, { v1: 1080, v2: 117, failed: 3 });
    const { traffic, verdict } = await reader.read();
    expect(traffic).toMatchObject({
      last: { stable: { requests: 180, bad: 0 }, canary: { requests: 20, bad: 3 } },
      seen: { stable: 90, canary: 10 },
      stable: { requests: 180, errors: 0, errorRate: { rate: 0, lower: 0 } },
      canary: { requests: 20, errors: 3, errorRate: { rate: 0.15 } },
    });
    expect(verdict?.verdict).toBe("inconclusive");
    expect(verdict?.evidence).toContainEqual({
      name: "errors",
      says: "worse",
      evidence: expect.any(Number),
      bound: expect.any(Number),
    });
  });

  test("once: what several readers of a look need is asked for one time", async () => {
    const { lab, asked } = counted();
    await readerOf(lab).read();
    const ofTheLook = asked.filter((path) => !path.includes("/pods?")); // the counters have their own, in their own time
    expect(ofTheLook.toSorted()).toEqual([...new Set(ofTheLook)].toSorted());
    expect(ofTheLook.some((path) => path.includes("virtualservices"))).toBe(true);
  });

  test("anew where another canary is released: its evidence is its own", async () => {
    const { lab, counts } = counted();
    const reader = readerOf(lab);
    await reader.read();
    counts.v2 = 5100;
    expect((await reader.read()).traffic?.canary.requests).toBe(5000);
    lab.stackFile.set({ canaryImage: "versioned-echo:v3" });
    expect((await reader.read()).traffic?.canary.requests).toBe(0);
  });

  test("without numbers where nothing tells the versions apart", async () => {
    const { release, traffic, verdict } = await readerOf(
      counted({ changes: { strategy: "rolling-update" } }).lab,
    ).read();
    expect([release?.strategy, traffic, verdict]).toEqual(["rolling-update", null, null]);
  });
});

test("what cannot be read is told as the command line tells it, and tried again", async () => {
  const { lab } = counted();
  let isUp = false;
  const reader = new StackReader("staging", () => {
    if (isUp) return lab;
    throw new UserError("The lab is not up.", { next: "npx canaryctl up" });
  });
  expect(await reader.read()).toEqual({
    release: null,
    traffic: null,
    verdict: null,
    moves: [],
    trouble: "error: The lab is not up.\n  next:    npx canaryctl --stack staging up",
  });
  isUp = true;
  expect((await reader.read()).trouble).toBeNull();
});

test("a service is opened as --app opens it, and its commands name it", async () => {
  const asked: object[] = [];
  const reader = new StackReader("staging/orders", (options) => {
    asked.push(options);
    throw new UserError("No route.", { next: "npx canaryctl rollback" });
  });
  expect((await reader.read()).trouble).toMatch(/next: +npx canaryctl --stack staging --app orders rollback$/);
  expect(asked).toEqual([{ stack: "staging", app: "orders" }]);
});

/** A lab whose split a test moves, or takes away, under the reader. */
function moving() {
  const { lab, counts, asked } = counted();
  let weights: readonly [number, number] | "gone" | undefined;
  const cluster: Lab["cluster"] = {
    ...lab.cluster,
    get: async <T>(path: string) => {
      if (weights === undefined || !path.includes("virtualservices")) return lab.cluster.get<T>(path);
      asked.push(path);
      if (weights === "gone") return undefined;
      const route = ["v1", "v2"].map((subset, at) => ({ destination: { subset }, weight: weights?.[at] }));
      return { metadata: {}, spec: { http: [{ name: "weighted", route }] } } as T;
    },
  };
  const move = (to: typeof weights) => {
    weights = to;
  };
  return { reader: readerOf({ ...lab, cluster }), counts, asked, move };
}

test("whether the split has moved since the last look is one request, and is not said where it cannot be read", async () => {
  const { reader, asked, move } = moving();
  expect(await reader.hasMoved()).toBe(false);
  await reader.read();
  asked.splice(0);
  expect(await reader.hasMoved()).toBe(false);
  expect(asked).toEqual([expect.stringContaining("virtualservices")]);
  move([70, 30]);
  expect(await reader.hasMoved()).toBe(true);
  move("gone");
  expect(await reader.hasMoved()).toBe(false);
});

test("the traffic alone is read by fewer requests, beside what was read last", async () => {
  const { reader, counts, asked, move } = moving();
  await reader.read();
  asked.splice(0);
  const whole = await reader.read();
  const ofWhole = asked.splice(0).length;
  counts.v2 += 50;
  move([70, 30]);
  const traffic = await reader.readTraffic();
  expect(asked.length).toBeLessThan(ofWhole);
  const release = { ...whole.release, live: { stable: 70, canary: 30 } };
  expect(traffic).toMatchObject({ moves: whole.moves, trouble: null, release });
  expect(traffic?.traffic?.last.canary.requests).toBe(50);
  expect(await reader.hasMoved()).toBe(false); // a look has told it
});

test("the traffic alone is not told where nothing was read yet, or the split is gone, or only pods tell it", async () => {
  const { reader, move } = moving();
  expect(await reader.readTraffic()).toBeUndefined();
  await reader.read();
  move("gone");
  expect(await reader.readTraffic()).toBeUndefined();
  const byPods = readerOf(counted({ changes: { strategy: "rolling-update" } }).lab);
  await byPods.read();
  expect([await byPods.readTraffic(), await byPods.hasMoved()]).toEqual([undefined, false]);
});

test("while the API server is away, what was read stays, and what was counted goes on after it", async () => {
  const { lab, counts } = counted();
  let isAway = false;
  const cluster: Lab["cluster"] = {
    ...lab.cluster,
    get: async (path) => {
      if (isAway) throw new UnreachableError("no answer within 10 s", { next: "kubectl get --raw /readyz" });
      return lab.cluster.get(path);
    },
  };
  const reader = readerOf({ ...lab, cluster });
  await reader.read();
  counts.v1 = 1000;
  const { release } = await reader.read();
  isAway = true;
  const away = await reader.read();
  expect([away.release, away.trouble]).toEqual([release, expect.stringMatching(/^error: .*no answer within 10 s/)]);
  isAway = false;
  counts.v1 = 1100;
  const back = await reader.read();
  expect([back.trouble, back.traffic?.stable.requests]).toEqual([null, 200]);
});
