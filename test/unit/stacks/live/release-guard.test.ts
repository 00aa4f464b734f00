import { UserError } from "@canary-lab/kit/user-error";
import { beforeEach, describe, expect, jest, test } from "@jest/globals";
import * as pulumi from "@pulumi/pulumi";

// Hooks cannot be registered under mocks: what they would run is kept instead.
jest.unstable_mockModule("../../../../stacks/live/create-hook.ts", () => ({
  createHook: (_name: string, run: (args: object) => Promise<void>, options: object) => ({ run, options }),
}));
const { guard, httpRoute, route } = await import("./fake-release-guard.ts");
const { canaryShareIn } = await import("../../../../components/traffic/rendered-share.ts");

let isDryRun = false;
beforeEach(() => {
  isDryRun = false;
  jest.spyOn(pulumi.runtime, "isDryRun").mockImplementation(() => isDryRun);
});

describe("the program's guard", () => {
  test("reads the share of a rendered route", () => {
    expect(canaryShareIn({ ...route(30) })).toBe(30);
    expect(canaryShareIn({ ...httpRoute(70) })).toBe(70);
    expect(canaryShareIn({ spec: {} })).toBeUndefined();
    const byHand = { spec: { http: [{ name: "weighted", route: [{ weight: 300 }, { weight: 100 }] }] } };
    expect(canaryShareIn(byHand)).toBe(25);
  });

  test("refuses in a preview as well", () => {
    for (const { options } of guard().hooks) expect(options.onDryRun).toBe(true);
  });

  test("refuses a share for a canary without pods enough, and lets a lower one pass", async () => {
    await expect(guard({ ready: 0 }).route(10, 50)).rejects.toThrow(/no ready pod/);
    await expect(guard({ ready: 2, replicas: 6 }).route(10, 50)).rejects.toThrow(
      /50 % of the traffic needs 3 of the 6/,
    );
    await guard({ ready: 2 }).route(10, 100);
    await guard({ ready: 0 }).route(50, 0);
  });

  test("gives no share to a canary whose traffic was sent back while the update was under way", async () => {
    await expect(guard({ live: 0 }).route(10, 50)).rejects.toThrow(/has 10 % by the state.*sent back/);
    await expect(guard({ live: 0 }).route(10, 10)).rejects.toThrow(/sent back/); // where the route changes otherwise
    await guard({ live: 0 }).route(10, 0);
    await guard({ live: 0 }).route(0, 50); // asked for after the rollback, or with the drift noted
    await guard({ live: 50 }).route(10, 50); // moved before the engine
    isDryRun = true;
    await guard({ live: 0 }).route(10, 50);
  });

  test.each(["istio", "gateway-api"] as const)(
    "under %s asks before each raise whether it was taken back, and in an update only",
    async (strategy) => {
      const taken = new UserError("a rollback came");
      const given = guard({ live: 0, strategy });
      await given.route(0, 50);
      expect(given.gifts).toEqual([{ share: 50 }]);
      await expect(guard({ live: 0, strategy, taken }).route(0, 50)).rejects.toThrow(taken);
      await expect(guard({ live: 10, strategy, taken }).route(10, 50)).rejects.toThrow(taken);
      await guard({ live: 50, strategy, taken }).route(10, 50); // canaryctl has moved it before the engine
      await guard({ live: 50, strategy, taken }).route(50, 0);
      isDryRun = true;
      await guard({ live: 0, strategy, taken }).route(0, 50);
    },
  );

  test.each(["istio", "gateway-api"] as const)(
    "under %s asks the judge before a rise from the live share, and of nothing else",
    async (strategy) => {
      const given = guard({ strategy });
      await given.route(10, 30);
      await given.route(30, 10);
      await given.route(30, 0);
      await given.route(10, 10);
      expect(given.rises).toEqual([{ from: 10, to: 30 }]);
    },
  );

  test("holds an update that the judge does not pass, and tells a preview", async () => {
    const held = new UserError("The judge fails the canary.");
    await expect(guard({ held }).route(10, 30)).rejects.toThrow(held);
    await guard({ held }).route(30, 10);
    isDryRun = true;
    const preview = guard({ held });
    await preview.route(10, 30);
    expect(preview.told).toEqual([held]);
  });

  test("asks the judge after what refuses a rise anyway", async () => {
    const { route, rises } = guard({ ready: 0 });
    await expect(route(10, 30)).rejects.toThrow(/no ready pod/);
    expect(rises).toEqual([]);
  });

  test("reads nothing more of the cluster where the judge is not asked", async () => {
    const [gated, plain] = [guard(), guard({ isGated: false })];
    await gated.route(10, 30);
    await plain.route(10, 30);
    expect(plain.reads).toEqual(gated.reads.slice(0, -1));
  });

  test("where only pods split the traffic, asks before the canary gets more of them", async () => {
    const taken = new UserError("a rollback came");
    const shared = { strategy: "replica-ratio", weight: 50, taken } as const;
    await expect(guard(shared).pods(0, 2)).rejects.toThrow(taken);
    await guard(shared).pods(2, 1);
    await guard({ ...shared, strategy: "istio" }).pods(0, 2); // they get nothing without a route
    isDryRun = true;
    await guard(shared).pods(0, 2);
  });

  test("counts pods that this update makes as they are asked for, in a preview only", async () => {
    const grown = guard({ ready: 0, canaryReplicas: 2 });
    isDryRun = true;
    await expect(grown.route(10, 50)).rejects.toThrow(/no ready pod/);
    await grown.canary("echo:v2", "echo:v2");
    await grown.route(10, 50);
    isDryRun = false;
    await expect(grown.route(10, 50)).rejects.toThrow(/no ready pod/);
  });

  test("refuses another image for a canary that has a share, whichever says so", async () => {
    const foreign = { image: "b.example/x:latest" };
    await expect(guard({ live: 30, ...foreign }).canary("a.example/x:latest", "b.example/x:latest")).rejects.toThrow(
      /a.example\/x:latest has 30 % of the traffic, which b.example\/x:latest would get untested/,
    );
    await expect(guard({ live: 0, weight: 50, ...foreign }).canary("a/x:1", "b.example/x:latest")).rejects.toThrow(
      /50 %/,
    );
    await guard({ live: 0, weight: 0, ...foreign }).canary("a/x:1", "b.example/x:latest");
    await guard({ live: 30, ...foreign }).canary("b.example/x:latest", "b.example/x:latest");
  });

  test("takes what is built here anew for the same image", async () => {
    await guard({ live: 30 }).canary("registry/versioned-echo@sha256:1", "registry/versioned-echo@sha256:2");
  });

  test("refuses both at the namespace, before anything of the application is touched", async () => {
    const grown = [{ replicas: "2" }, { replicas: "6" }] as const;
    await expect(guard({ live: 10, weight: 100, replicas: 6 }).namespace(...grown)).rejects.toThrow(/needs 6 of the 6/);
    const both = guard({ live: 10, weight: 100, replicas: 6, canaryReplicas: 6 });
    await both.namespace({ replicas: "2", canaryReplicas: "2" }, { replicas: "6", canaryReplicas: "6" });
    const images = [{ canaryImage: "echo:v1" }, { canaryImage: "versioned-echo:v2" }] as const;
    await expect(guard({ live: 10 }).namespace(...images)).rejects.toThrow(/echo:v1 has 10 %/);
    await guard({ live: 0, weight: 0 }).namespace(...images);
  });

  test("counts pods that somebody has taken away as they are asked for, where the update puts them back", async () => {
    const scaled = { live: 60, weight: 10, scaled: 1 };
    const plan = [{ plan: "10-30" }, { plan: "10-60" }] as const;
    await expect(guard(scaled).namespace(...plan)).rejects.toThrow(/has 1 ready pods, and 90 % .* needs 2 of the 2/);
    await guard({ ...scaled, mendsDrift: true }).namespace(...plan);
    await expect(guard({ ...scaled, mendsDrift: true }).route(60, 10)).rejects.toThrow(/has 1 ready pods/); // not yet
  });
});

describe("where only pods split the traffic, the judge", () => {
  /** Three pods and one, of which the config now asks for two and two. */
  const half = { strategy: "replica-ratio", scaled: 3, canaryPods: 1, replicas: 4, weight: 50 } as const;

  test("is asked once, before either side changes, and of the shares that the pods are", async () => {
    const given = guard(half);
    await Promise.all([given.pods(1, 2), given.stablePods(3, 2)]);
    expect(given.rises).toEqual([{ from: 25, to: 50 }]);
  });

  test("is asked as well where the stable side alone loses pods", async () => {
    const given = guard({ ...half, replicas: 2 });
    await given.pods(1, 1);
    await given.stablePods(3, 1);
    expect(given.rises).toEqual([{ from: 25, to: 50 }]);
  });

  test("is not asked about less, or about pods of another strategy", async () => {
    const less = guard({ ...half, scaled: 2, canaryPods: 2, weight: 25 });
    await less.pods(2, 1);
    await less.stablePods(2, 3);
    const other = guard({ ...half, strategy: "istio" });
    await other.pods(1, 2);
    await other.stablePods(3, 2);
    expect([...less.rises, ...other.rises]).toEqual([]);
  });

  test("holds both sides of an update that it does not pass, and tells a preview once", async () => {
    const held = new UserError("The judge fails the canary.");
    const update = guard({ ...half, held });
    await expect(update.pods(1, 2)).rejects.toThrow(held);
    await expect(update.stablePods(3, 2)).rejects.toThrow(held); // or it would wait for the canary's pods
    isDryRun = true;
    const preview = guard({ ...half, held });
    await preview.pods(1, 2);
    await preview.stablePods(3, 2);
    expect(preview.told).toEqual([held]);
  });

  test("is asked after what refuses a rise anyway", async () => {
    const taken = new UserError("a rollback came");
    const { pods, rises } = guard({ ...half, taken });
    await expect(pods(1, 2)).rejects.toThrow(taken);
    expect(rises).toEqual([]);
  });

  test("has its rise noted once, however many sides have made it", async () => {
    const { pods, stablePods, podsRisen, noted } = guard({ ...half, isNoted: true });
    await Promise.all([pods(1, 2), stablePods(3, 2)]);
    await podsRisen?.run({});
    await podsRisen?.run({});
    expect(noted).toEqual([{ from: 25, to: 50 }]);
    expect(guard({ ...half, strategy: "istio", isNoted: true }).podsRisen).toBeUndefined();
  });
});

describe("a rise that is to be noted", () => {
  test("is, after it was made", async () => {
    const { route, risen, noted } = guard({ isNoted: true });
    await route(10, 30);
    expect(noted).toEqual([]);
    await risen?.run({});
    expect(noted).toEqual([{ from: 10, to: 30 }]);
    expect(risen?.options?.onDryRun).toBeUndefined();
  });

  test("is none where the route goes down, where it was refused, and where somebody else keeps it", async () => {
    const lower = guard({ isNoted: true, live: 30 });
    await lower.route(30, 10);
    await lower.risen?.run({});
    expect(lower.noted).toEqual([]);
    const held = guard({ isNoted: true, held: new UserError("held") });
    await expect(held.route(10, 30)).rejects.toThrow("held");
    await held.risen?.run({});
    expect(held.noted).toEqual([]);
    expect(guard().risen).toBeUndefined();
  });
});
