import { ApiError, UnreachableError } from "@canary-lab/kit/kube/client";
import { describe, expect, jest, test } from "@jest/globals";
import type { StrategyName } from "../../../../canary/strategies.ts";
import type { Lab } from "../../../../canaryctl/src/lab.ts";
import { mustBeBackInProxies } from "../../../../canaryctl/src/strategies/rollouts/back-in-proxies.ts";
import { openRollback } from "../../../../canaryctl/src/strategies/table.ts";
import { type FakeOptions, fakeLab, heldLock } from "../fake-lab.ts";
import { clientPod, clientRoutes } from "../traffic/client-proxy.ts";
import { fakeDeployment } from "./rolling/fake-deployment.ts";
import { aborted, fakeRollout, healthy, pausedCanary, pausedColour } from "./rollouts/fake-rollout.ts";

interface Fake {
  readonly lab: Lab;
  readonly log: string[];
}

const atRest = { ...healthy, stableRS: "old", currentPodHash: "old", abort: false };
const activeOld = { blueGreen: { activeSelector: "old", previewSelector: "old" } };

/** A release under way of each strategy whose traffic something else than the engine moves. */
const fakes: Readonly<Partial<Record<StrategyName, (options: FakeOptions) => Fake>>> = {
  istio: (options) => fakeLab({ configWeight: 50, ...options }),
  "rollout-canary": (options) => {
    const fake = fakeRollout(pausedCanary, () => aborted, { update: async () => fake.become(atRest), ...options });
    return fake;
  },
  "rollout-blue-green": (options) => {
    const update = async () => fake.become({ ...atRest, ...activeOld });
    const fake = fakeRollout(pausedColour, () => aborted, { update, ...options });
    return fake;
  },
  "rolling-update": (options) => {
    const fake = fakeDeployment(1, { update: async () => fake.goBack(), ...options });
    const { patch } = fake.lab.cluster;
    fake.lab.cluster.patch = async (path, change) => {
      fake.goBack(); // as the controller does, without the engine
      return patch(path, change);
    };
    return fake;
  },
};
const names = Object.keys(fakes) as StrategyName[];

async function rollback({ lab }: Fake, say: (line: string) => void): Promise<string> {
  const opened = await openRollback(lab, say);
  return opened.strategy.rollback(opened.lab, say);
}

describe.each(names)("a rollback under %s", (name) => {
  const fakeOf = (options: FakeOptions = {}) => (fakes[name] as (options: FakeOptions) => Fake)(options);

  test.each([
    ["Istio's control plane", new ApiError(500, 'failed calling webhook "validation.istio.io"', "PATCH")],
    ["The cluster's API server", new UnreachableError("The cluster does not answer: ECONNREFUSED")],
  ])("tries again while %s is away, and says who is", async (who, fault) => {
    const fake = fakeOf();
    const { cluster } = fake.lab;
    const away = new Set(["get", "apply", "patch"]);
    /** Each kind of call fails once. */
    const failing =
      <Args extends unknown[], T>(kind: string, call: (...args: Args) => Promise<T>) =>
      async (...args: Args): Promise<T> => {
        if (away.delete(kind)) throw fault;
        return call(...args);
      };
    const lab = {
      ...fake.lab,
      cluster: {
        ...cluster,
        get: failing("get", cluster.get) as typeof cluster.get,
        apply: failing("apply", cluster.apply) as typeof cluster.apply,
        patch: failing("patch", cluster.patch) as typeof cluster.patch,
      },
    };
    const lines: string[] = [];
    expect(await rollback({ ...fake, lab }, (line) => void lines.push(line))).toMatch(/^(Rolled back|Undone):/);
    expect(lines.filter((line) => line.includes("does not answer"))).toEqual([expect.stringContaining(who)]);
  });

  test("moves the traffic, then ends where a lock is held elsewhere: it says by whom, what is left and the command", async () => {
    const locks = () => [{ ...heldLock, holder: "elsewhere" as const }];
    const state = { dropDeadLocks: () => [], locks, read: () => undefined } as unknown as Lab["state"];
    const fake = fakeOf({ state });
    const began = Date.now();
    await expect(rollback(fake, () => {})).rejects.toMatchObject({
      message: expect.stringMatching(
        /^The traffic is back on the stable side, but the state does not say so yet\. Another update of stack dev is running \(process 7 of ci on here/,
      ),
      next: expect.stringMatching(/^npx canaryctl rollback\neval .* pulumi cancel --yes dev$/),
    });
    expect(Date.now() - began).toBeLessThan(5000);
    expect(fake.log.filter((entry) => /^(patch|apply 0)/.test(entry))).toHaveLength(1);
    expect(fake.log).not.toContain("update");
  });
});

describe("the callers' proxies under rollout-canary", () => {
  test("must have the route before the traffic is said to be back", async () => {
    const fake = fakes["rollout-canary"]?.({}) as Fake & { readonly objects: Record<string, unknown> };
    fake.objects[clientPod.path] = { items: [clientPod.object] };
    let asked = 0;
    const said: string[] = [];
    const lab: Lab = {
      ...fake.lab,
      proxy: async () => async () => {
        asked += 1;
        expect(said).toEqual([]);
        return clientRoutes(asked < 3 ? 20 : 0);
      },
    };
    const { rolloutCanary } = await import("../../../../canaryctl/src/strategies/rollouts/rollout.ts");
    const done = rolloutCanary.rollback(lab, (line) => {
      if (asked >= 3) return;
      said.push(line);
    });
    expect(await done).toMatch(/^Rolled back/);
    expect(asked).toBeGreaterThanOrEqual(3);
  });

  test("hold up the config and the state for seconds only", async () => {
    let now = 0;
    const clock = jest.spyOn(performance, "now").mockImplementation(() => (now += 500)); // each look at it is half a second later
    const log: string[] = [];
    const fake = fakes["rollout-canary"]?.({}) as Fake & { readonly objects: Record<string, unknown> };
    fake.objects[clientPod.path] = { items: [clientPod.object] };
    const { update } = fake.lab.engine;
    const lab: Lab = {
      ...fake.lab,
      engine: {
        ...fake.lab.engine,
        update: async (...args) => {
          log.push("update");
          await update(...args);
        },
      },
      proxy: async () => async () => clientRoutes(log.includes("update") ? 0 : 20),
    };
    const { rolloutCanary } = await import("../../../../canaryctl/src/strategies/rollouts/rollout.ts");
    expect(await rolloutCanary.rollback(lab, (line) => void log.push(line))).toMatch(/^Rolled back/);
    clock.mockRestore();
    expect(log.slice(0, 2)).toEqual([
      expect.stringMatching(/not got it after 5 s: .* go back all the same\.$/),
      "update",
    ]);
  }, 20_000);

  test("are named where they lag", async () => {
    const fake = fakes["rollout-canary"]?.({}) as Fake & { readonly objects: Record<string, unknown> };
    fake.objects[clientPod.path] = { items: [clientPod.object] };
    const lab: Lab = { ...fake.lab, proxy: async () => async () => clientRoutes(20) };
    await expect(mustBeBackInProxies(lab, 0)).rejects.toThrow(
      /The route says 100\/0, and 1 of 1 proxies have not got it after 0 s: client-1 \(80\/20\)/,
    );
  });
});
