import { describe, expect, test } from "@jest/globals";
import { restoreRoute } from "../../../../../canaryctl/src/strategies/weights/restore.ts";
import { istioRoute } from "../../../../../canaryctl/src/traffic/istio-route.ts";
import { fakeLab } from "../../fake-lab.ts";

const quiet = () => {};

describe("restoreRoute", () => {
  test("puts a route that was moved by hand where the file says", async () => {
    const { lab, log } = fakeLab({ configWeight: 30, liveWeight: 0 });
    const lines: string[] = [];
    await restoreRoute(lab, istioRoute, (line) => void lines.push(line));
    expect(log).toEqual(["apply 30"]);
    expect(lines[0]).toContain("100/0");
  });

  test("does not undo a rollback that came after the lab was opened", async () => {
    const { lab, log, live } = fakeLab({ configWeight: 30 });
    live.weight = 0;
    lab.stackFile.set({ canaryWeight: 0 });
    expect((await restoreRoute(lab, istioRoute, quiet)).config.canaryWeight).toBe(0);
    expect(log).toEqual([]);
  });

  test("takes its own write back where the file was lowered during it", async () => {
    const { lab, log, live } = fakeLab({ configWeight: 30, liveWeight: 0 });
    const { apply } = lab.cluster;
    lab.cluster.apply = async (...call) => {
      lab.stackFile.set({ canaryWeight: 0 });
      return apply(...call);
    };
    expect((await restoreRoute(lab, istioRoute, quiet)).config.canaryWeight).toBe(0);
    expect(log).toEqual(["apply 30", "apply 0"]);
    expect(live.weight).toBe(0);
  });

  test("gives up where somebody else moves the route each time", async () => {
    const { lab, log, live } = fakeLab({ configWeight: 30, liveWeight: 0 });
    const { apply } = lab.cluster;
    lab.cluster.apply = async <T>(path: string, object: object, manager: string): Promise<T> => {
      const applied = await apply<T>(path, object, manager);
      live.weight = 0;
      return applied;
    };
    await expect(restoreRoute(lab, istioRoute, quiet)).rejects.toThrow(/does not stay/);
    expect(log).toEqual(["apply 30", "apply 30", "apply 30"]);
  });
});
