import { describe, expect, test } from "@jest/globals";
import { isHealthy, readStatus, statusText } from "../../../../canaryctl/src/status.ts";
import { configuredStrategy } from "../../../../canaryctl/src/strategies/table.ts";
import { type FakeOptions, fakeLab } from "../fake-lab.ts";

const statusOf = async (options: FakeOptions) => {
  const { lab } = fakeLab(options);
  return readStatus(lab, await configuredStrategy(lab));
};

describe("status", () => {
  test("shows weights wanted and live, and the pods of both sides", async () => {
    const status = await statusOf({ configWeight: 10 });
    expect(status).toMatchObject({
      stack: "dev",
      target: "embedded",
      strategy: "istio",
      owner: "pulumi",
      release: null,
      weights: { config: { stable: 90, canary: 10 }, route: { stable: 90, canary: 10 } },
      workloads: [
        { name: "versioned-echo-v1", ready: 2, wanted: 2 },
        { name: "versioned-echo-v2", ready: 2, wanted: 2 },
      ],
    });
    expect(isHealthy(status)).toBe(true);
    expect(statusText(status).join("\n")).toMatch(/weights live +90\/10/);
  });

  test.each([
    [10, "the pods of both sides, whatever the weights"],
    [0, "the stable side"],
  ])("says who answers callers outside the mesh at %i percent for the canary", async (configWeight, outsideMesh) => {
    const status = await statusOf({ configWeight });
    expect(status.outsideMesh).toBe(outsideMesh);
    expect(statusText(status).join("\n")).toContain(`outside the mesh  ${outsideMesh}`);
  });

  test("says of each slot which version runs there, whatever the slot is called", async () => {
    const side = (version: string) => ({
      spec: {
        replicas: 2,
        template: {
          metadata: { labels: { app: "versioned-echo", "app.kubernetes.io/version": version } },
          spec: { containers: [{ image: "versioned-echo@sha256:0" }] },
        },
      },
      status: { readyReplicas: 2 },
    });
    const path = "/apis/apps/v1/namespaces/canary-lab/deployments/versioned-echo";
    const objects = { [`${path}-v1`]: side("v2"), [`${path}-v2`]: side("v3") };
    const status = await statusOf({ objects });
    expect(statusText(status).map((line) => line.trim().split(/ {2,}/))).toEqual(
      expect.arrayContaining([
        ["workload", "version", "ready", "image", "role"],
        ["versioned-echo-v1", "v2", "2/2", "versioned-echo@sha256:0", "stable"],
        ["versioned-echo-v2", "v3", "2/2", "versioned-echo@sha256:0", "canary"],
      ]),
    );
  });

  test.each<[string, FakeOptions, RegExp]>([
    ["a route that is not the config's", { configWeight: 10, liveWeight: 30 }, /not what the config asks for/],
    ["pods that are not ready", { canaryReady: 1 }, /Not all pods are ready/],
    [
      "traffic to a side that is gone",
      { canaryReady: undefined },
      /the canary gets 10 %.*\n {2}next: +npx canaryctl rollback\n {2}or: +npx canaryctl up$/,
    ],
    [
      "traffic to a side without a ready pod",
      { canaryReady: 0 },
      /the canary gets 10 %.*\n {2}next: +npx canaryctl rollback\n {2}or: +npx canaryctl faults canary --none\n/,
    ],
    ["no route", { liveWeight: undefined }, /not deployed/],
  ])("%s is not healthy, and it says what to do", async (_case, options, advice) => {
    const status = await statusOf(options);
    expect(isHealthy(status)).toBe(false);
    expect(statusText(status).at(-1)).toMatch(advice);
  });

  test("a canary that is not deployed, and not asked for, is no fault", async () => {
    const status = await statusOf({ configWeight: 0, canaryReady: undefined });
    expect(status.workloads).toHaveLength(1);
    expect(isHealthy(status)).toBe(true);
  });

  test("what else is wrong is no health either, and each says what to run", async () => {
    const { lab } = fakeLab();
    const findings = Promise.resolve([
      { id: "a/b", what: "The label is lost.", evidence: ["no labels"], next: "npx canaryctl up" },
    ]);
    const status = await readStatus(lab, await configuredStrategy(lab), { findings });
    expect(isHealthy(status)).toBe(false);
    expect(statusText(status).at(-1)).toBe("The label is lost. (no labels)\n  next:    npx canaryctl up");
  });

  test("what both the release and a finding say is told once, with evidence and commands", async () => {
    const { lab } = fakeLab({ configWeight: 10, liveWeight: 30 });
    const what = "The live route is not what the config asks for.";
    const findings = Promise.resolve([{ id: "route-drift", what, evidence: ["70/30"], next: "npx canaryctl up" }]);
    const text = statusText(await readStatus(lab, await configuredStrategy(lab), { findings })).join("\n");
    expect(text.split(what)).toHaveLength(2);
    expect(text).toContain(`${what} (70/30)\n  next:    npx canaryctl up\n  or:      npx canaryctl rollback`);
  });
});
