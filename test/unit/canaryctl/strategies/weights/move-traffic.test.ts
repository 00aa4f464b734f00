import { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import { EngineBusyError } from "../../../../../canaryctl/src/engine/engine-failure.ts";
import type { Lab } from "../../../../../canaryctl/src/lab.ts";
import { moveTraffic } from "../../../../../canaryctl/src/strategies/weights/move-traffic.ts";
import { istioRoute } from "../../../../../canaryctl/src/traffic/istio-route.ts";
import { podShare } from "../../../../../canaryctl/src/traffic/pod-share.ts";
import { rolledBackAnnotation } from "../../../../../components/names.ts";
import { fakeLab, heldLock } from "../../fake-lab.ts";

const quiet = () => {};

describe("moveTraffic", () => {
  test("the route comes first, then the file and the state of the route alone", async () => {
    const { lab, log, scopes, live, file } = fakeLab({ changes: { canaryWeight: 30 } });
    expect(await moveTraffic(lab, istioRoute, quiet)).toMatch(/^Traffic: 90\/10 -> 70\/30 \(stable\/canary\)/);
    expect(log).toEqual(["apply 30", "update"]);
    expect(scopes).toEqual([{ targets: ["**::route-virtual-service", "**::echo-service"] }]);
    expect(live.weight).toBe(30);
    expect(file()).toContain('canary-lab:canaryWeight: "30"');
  });

  test("what the route leads by and to is put back before the canary gets more", async () => {
    const rise = fakeLab({ configWeight: 10, changes: { canaryWeight: 30 } });
    await moveTraffic(rise.lab, istioRoute, () => {});
    expect(rise.around.toSorted()).toEqual(["DestinationRule", "Gateway"]);
  });

  test("less for it moves the route first", async () => {
    const { lab, log } = fakeLab({ configWeight: 50, changes: { canaryWeight: 10 } });
    await moveTraffic(lab, istioRoute, quiet);
    expect(log).toEqual(["apply 10", "update"]);
  });

  test("the live route decides which way it goes, not the config", async () => {
    const { lab, log } = fakeLab({ configWeight: 10, liveWeight: 80, changes: { canaryWeight: 30 } });
    await moveTraffic(lab, istioRoute, quiet);
    expect(log).toEqual(["apply 30", "update"]);
  });

  test("a rise that the state could not follow is not begun", async () => {
    const locks = () => [heldLock];
    const state = { dropDeadLocks: () => [], locks } as unknown as Lab["state"];
    const { lab, log } = fakeLab({ changes: { canaryWeight: 30 }, state });
    await expect(moveTraffic(lab, istioRoute, quiet)).rejects.toBeInstanceOf(EngineBusyError);
    expect(log).toEqual([]);
  });

  test("a rise that the state does not follow goes back to no more than there was, also from parts of a percent", async () => {
    const refused = async () => Promise.reject(new Error("the state is full"));
    const { lab, log } = fakeLab({ liveWeight: 33.7, changes: { canaryWeight: 40 }, update: refused });
    await expect(moveTraffic(lab, istioRoute, quiet)).rejects.toThrow("the state is full");
    expect(log).toEqual(["apply 40", "update", "apply 33"]);
  });

  test("more for the canary moves a route that the engine takes for moved already", async () => {
    const { lab, log, live } = fakeLab({
      configWeight: 30,
      rememberedWeight: 30,
      liveWeight: 0,
      changes: { canaryWeight: 30 },
    });
    expect(await moveTraffic(lab, istioRoute, quiet)).toMatch(/^Traffic: 100\/0 -> 70\/30 \(stable\/canary\)/);
    expect(log).toEqual(["apply 30", "update"]);
    expect(live.weight).toBe(30);
  });

  test("a rollback that comes meanwhile holds, and no move is reported", async () => {
    const fake = fakeLab({
      changes: { canaryWeight: 30 },
      update: async () => {
        fake.live.weight = 0;
        fake.lab.stackFile.set({ canaryWeight: 0 });
      },
    });
    await expect(moveTraffic(fake.lab, istioRoute, quiet)).rejects.toThrow(
      /Another command has set the traffic to 100\/0/,
    );
    expect(fake.live.weight).toBe(0);
  });

  test.each([
    ["before the route is written", 2, []],
    ["while the route is written: it is taken back", 3, ["apply 10", "apply 0"]],
  ])("a rollback that comes %s holds, also where the canary was to get less", async (_when, markedAt, written) => {
    const fake = fakeLab({ configWeight: 30, changes: { canaryWeight: 10 } });
    const before = fake.file();
    let reads = 0;
    const cluster = Object.create(fake.lab.cluster, {
      get: {
        value: async (path: string) => {
          if (!path.endsWith("/configmaps/versioned-echo-history")) return fake.lab.cluster.get(path);
          reads += 1;
          return { metadata: { annotations: { [rolledBackAnnotation]: reads < markedAt ? "earlier" : "now" } } };
        },
      },
    });
    await expect(moveTraffic({ ...fake.lab, cluster }, istioRoute, quiet)).rejects.toThrow(/sent back by a rollback/);
    expect(fake.log).toEqual(written);
    expect(fake.file()).toBe(before);
  });

  test.each([
    ["not deployed", undefined, /no canary/],
    ["not ready", 0, /no ready pod of 2/],
  ])("refuses more for a canary that is %s, and touches nothing", async (_case, canaryReady, message) => {
    const { lab, log, file } = fakeLab({ canaryReady, changes: { canaryWeight: 30 } });
    const before = file();
    await expect(moveTraffic(lab, istioRoute, quiet)).rejects.toThrow(message);
    expect(log).toEqual([]);
    expect(file()).toBe(before);
  });

  test("refuses a share that the ready pods of a side cannot carry", async () => {
    const half = { canaryReady: 1, changes: { canaryWeight: 60 } };
    const { lab, log } = fakeLab(half);
    const moved = moveTraffic(lab, istioRoute, quiet);
    await expect(moved).rejects.toThrow(/has 1 ready pods, and 60 % of the traffic needs 2 of the 2/);
    expect(log).toEqual([]);
    const enough = fakeLab({ ...half, changes: { canaryWeight: 50 } });
    await moveTraffic(enough.lab, istioRoute, quiet);
    expect(enough.live.weight).toBe(50);
    const stated = fakeLab({ ...half, changes: { canaryWeight: 60, allowOverload: true } });
    await moveTraffic(stated.lab, istioRoute, quiet);
    expect(stated.live.weight).toBe(60);
    expect(stated.scopes[0]?.text).toContain('canary-lab:allowOverload: "true"');
    expect(stated.file()).not.toContain("allowOverload");
  });

  test("a canary that is broken can still be given less", async () => {
    const { lab, live } = fakeLab({ canaryReady: 0, configWeight: 50, changes: { canaryWeight: 0 } });
    await moveTraffic(lab, istioRoute, quiet);
    expect(live.weight).toBe(0);
  });

  test("without a route there is nothing to move", async () => {
    const { lab, log } = fakeLab({ liveWeight: undefined, changes: { canaryWeight: 0 } });
    await expect(moveTraffic(lab, istioRoute, quiet)).rejects.toThrow(/no VirtualService/);
    expect(log).toEqual([]);
  });

  test("after a failure the file says what the traffic does", async () => {
    const fail = () => Promise.reject(new Error("the engine failed"));
    const rise = fakeLab({ changes: { canaryWeight: 30 }, update: fail });
    await expect(moveTraffic(rise.lab, istioRoute, quiet)).rejects.toThrow(/engine failed/);
    expect(rise.file()).toContain('"10"');
    expect(rise.live.weight).toBe(10);
    const fall = fakeLab({ changes: { canaryWeight: 0 }, update: fail });
    await expect(moveTraffic(fall.lab, istioRoute, quiet)).rejects.toThrow(/engine failed/);
    expect(fall.file()).toContain('"0"');
  });

  test.each([
    ["takes them back", false, "The pods that were asked for are taken back."],
    ["says so where they cannot be taken back", true, "could not be taken back: no pod can start, 2"],
  ])(
    "where pods that make the share cannot start it %s: else they would come later",
    async (_case, failsAgain, said) => {
      let updates = 0;
      const update = async () => {
        updates += 1;
        if (updates === 1 || failsAgain) throw new UserError(`no pod can start, ${updates}`);
      };
      const changes = { strategy: "replica-ratio", replicas: 10, canaryWeight: 30 };
      const { lab, scopes, file } = fakeLab({ configWeight: 0, canaryReady: 0, changes, update });
      const lines: string[] = [];
      const moved = moveTraffic(lab, podShare, (line) => void lines.push(line));
      await expect(moved).rejects.toThrow("no pod can start, 1");
      expect(scopes).toEqual([{ targets: podShare.targets }, { targets: podShare.targets }]);
      expect(file()).toContain('canaryWeight: "0"');
      expect(lines).toEqual([expect.stringContaining(said)]);
    },
  );

  test("an update that did not begin is followed by no other", async () => {
    const update = () => Promise.reject(new EngineBusyError("Another update is running."));
    const changes = { strategy: "replica-ratio", replicas: 10, canaryWeight: 30 };
    const { lab, log } = fakeLab({ configWeight: 0, canaryReady: 0, changes, update });
    await expect(moveTraffic(lab, podShare, quiet)).rejects.toBeInstanceOf(EngineBusyError);
    expect(log).toEqual(["update"]);
  });
});
