import { describe, expect, test } from "@jest/globals";
import { configuredStrategy } from "../../../../canaryctl/src/strategies/table.ts";
import { measureSplit, UncountableError } from "../../../../canaryctl/src/traffic/measured-split.ts";
import type { PodExec } from "../../../../stacks/live/proxies/exec.ts";
import { fakeLab } from "../fake-lab.ts";

const host = "versioned-echo.canary-lab.svc.cluster.local";

/** A pod whose sidecar shows `weights` one after the other, and whose load runs give `answers` likewise; the last one stays. */
function pod(weights: readonly number[], answers: readonly Record<string, number>[]) {
  const runs: string[] = [];
  const next = <T>(list: readonly T[], index: number): T => list[Math.min(index, list.length - 1)] as T;
  let dumps = 0;
  let loads = 0;
  const exec: PodExec = async (container, command) => {
    if (container === "istio-proxy") {
      const canary = next(weights, dumps++);
      const clusters = [
        { name: `outbound|80|v1|${host}`, weight: 100 - canary },
        { name: `outbound|80|v2|${host}`, weight: canary },
      ];
      const virtual_hosts = [{ name: `${host}:80`, routes: [{ route: { weighted_clusters: { clusters } } }] }];
      return JSON.stringify({ configs: [{ route_config: { virtual_hosts } }] });
    }
    runs.push(command[command.indexOf("--requests") + 1] ?? "");
    const { failed = 0, ...versions } = next(answers, loads++);
    const sent = Object.values(versions).reduce((sum, count) => sum + count, failed);
    return JSON.stringify({ sent, versions, failed });
  };
  return { exec, runs, dumps: () => dumps };
}

const { lab } = fakeLab({ configWeight: 10 });
const strategy = await configuredStrategy(lab);

describe("measureSplit", () => {
  test("measures once the sidecar sends by the weight", async () => {
    const client = pod([0, 50, 10], [{ v1: 362, v2: 38 }]);
    expect((await measureSplit(client.exec, lab, strategy, 400)).isAsWanted).toBe(true);
    expect(client.dumps()).toBe(3);
    expect(client.runs).toEqual(["400"]);
  });

  test("measures anew, when all requests are answered, where some failed", async () => {
    const client = pod(
      [10],
      [
        { v1: 352, v2: 38, failed: 10 },
        { v1: 90, failed: 10 },
        { v1: 92, v2: 8 },
        { v1: 362, v2: 38 },
      ],
    );
    expect((await measureSplit(client.exec, lab, strategy, 400)).isAsWanted).toBe(true);
    expect(client.runs).toEqual(["400", "100", "100", "400"]);
  });

  test("what looks wrong is not measured again, and is the verdict", async () => {
    const client = pod(
      [10],
      [
        { v1: 300, v2: 100 },
        { v1: 362, v2: 38 },
      ],
    );
    const verdict = await measureSplit(client.exec, lab, strategy, 400);
    expect(verdict).toMatchObject({ isAsWanted: false, answered: 400 });
    expect(client.runs).toEqual(["400"]);
  });

  test("says so where the answers could not tell the sides apart", async () => {
    const digest = `registry.test/team/echo@sha256:${"a".repeat(64)}`;
    for (const canaryImage of ["versioned-echo:v1", digest]) {
      const { lab } = fakeLab({ changes: { canaryImage } });
      await expect(measureSplit(pod([10], [{}]).exec, lab, strategy, 400)).rejects.toThrow(UncountableError);
    }
  });

  test("a release that is finished has one side, and every answer is its own", async () => {
    const changes = { stableImage: "versioned-echo:v2", canaryEnabled: false };
    const finished = fakeLab({ configWeight: 0, changes }).lab;
    const client = pod([0], [{ v2: 400 }]);
    expect(await measureSplit(client.exec, finished, strategy, 400)).toMatchObject({ isAsWanted: true, failed: 0 });
  });
});
