import { describe, expect, test } from "@jest/globals";
import { finishRelease, promoteToEnd, promoteWeight } from "../../../../../canaryctl/src/strategies/weights/promote.ts";
import { istioRoute } from "../../../../../canaryctl/src/traffic/istio-route.ts";
import { podShare } from "../../../../../canaryctl/src/traffic/pod-share.ts";
import { fakeLab } from "../../fake-lab.ts";

const quiet = () => {};

/** The Deployments of both sides: pods that are wanted, and those that are ready. */
function pods(...sides: readonly (readonly [wanted: number, ready: number])[]): Record<string, unknown> {
  const deployments = sides.map(([replicas, readyReplicas], index) => [
    `/apis/apps/v1/namespaces/canary-lab/deployments/versioned-echo-v${index + 1}`,
    {
      metadata: {},
      spec: { replicas, template: { spec: { containers: [{ image: "versioned-echo@sha256:0" }] } } },
      status: { readyReplicas },
    },
  ]);
  return Object.fromEntries(deployments);
}

describe("promote", () => {
  test("goes to the next weight of the plan", async () => {
    const { lab, log, live, file } = fakeLab({ configWeight: 10, changes: { plan: "10-30-60" } });
    expect(await promoteWeight(lab, istioRoute, quiet)).toMatch(/90\/10 -> 70\/30.*40\/60[\s\S]*promote/);
    expect(log).toEqual(["apply 30", "update"]);
    expect(live.weight).toBe(30);
    expect(file()).toContain('canaryWeight: "30"');
  });

  test("from a weight that is on no stage goes to the next that is higher", async () => {
    const { lab, live } = fakeLab({ configWeight: 45 });
    await promoteWeight(lab, istioRoute, quiet);
    expect(live.weight).toBe(60);
  });

  test("at the last weight says how the release is finished, and goes no further", async () => {
    const last = fakeLab({ configWeight: 60 });
    expect(await promoteWeight(last.lab, istioRoute, quiet)).toMatch(/0\/100[\s\S]*promote --full/);
    const done = fakeLab({ configWeight: 100 });
    await expect(promoteWeight(done.lab, istioRoute, quiet)).rejects.toMatchObject({
      next: expect.stringMatching(/promote --full/),
    });
    expect(done.log).toEqual([]);
  });

  test.each([
    ["raised in the config and not applied", 80, 10, /at 90\/10 .* asks for 20\/80/],
    ["rolled back behind the config's back", 10, 0, /at 100\/0 .* asks for 90\/10/],
    ["moved to the end by hand", 10, 100, /at 0\/100 .* asks for 90\/10/],
  ])(
    "is refused where the weight was %s, for stages would be skipped",
    async (_case, configWeight, liveWeight, fault) => {
      const { lab, log, file } = fakeLab({ configWeight, liveWeight });
      const before = file();
      const promoted = promoteWeight(lab, istioRoute, quiet);
      await expect(promoted).rejects.toThrow(fault);
      await expect(promoted).rejects.toMatchObject({ next: expect.stringMatching(/canaryctl up/) });
      expect(log).toEqual([]);
      expect(file()).toBe(before);
    },
  );

  test("where pods share the traffic, one that is not ready is no change of the share", async () => {
    const objects = pods([9, 8], [1, 1]);
    const changes = { strategy: "replica-ratio", replicas: 10 };
    const same = fakeLab({ configWeight: 10, changes, objects });
    await promoteWeight(same.lab, podShare, quiet);
    expect(same.file()).toContain('canaryWeight: "30"');
    const other = fakeLab({ configWeight: 50, changes, objects });
    await expect(promoteWeight(other.lab, podShare, quiet)).rejects.toThrow(/at 90\/10 .* asks for 50\/50/);
  });

  test("where pods share the traffic, it says the share that comes next, not the plan's", async () => {
    const changes = { strategy: "replica-ratio", replicas: 2, plan: "10-30-60" };
    const { lab } = fakeLab({ configWeight: 10, changes, objects: pods([2, 2], [0, 0]) });
    expect(await promoteWeight(lab, podShare, quiet)).toMatch(/100\/0 -> 50\/50.* 50\/50[\s\S]*promote/);
    const thirds = fakeLab({ configWeight: 10, changes: { ...changes, replicas: 3 }, objects: pods([3, 3], [0, 0]) });
    expect(await promoteWeight(thirds.lab, podShare, quiet)).toMatch(/100\/0 -> 66.7\/33.3.* 33.3\/66.7[\s\S]*promote/);
  });

  test("without a route there is nothing to promote", async () => {
    const { lab, log } = fakeLab({ liveWeight: undefined });
    await expect(promoteWeight(lab, istioRoute, quiet)).rejects.toThrow(/no VirtualService/);
    expect(log).toEqual([]);
  });

  test("without a canary there is nothing to promote", async () => {
    const { lab, log } = fakeLab({ configWeight: 0, changes: { canaryEnabled: false } });
    await expect(promoteWeight(lab, istioRoute, quiet)).rejects.toThrow(/no canary that could be promoted/);
    await expect(finishRelease(lab, istioRoute, quiet)).rejects.toThrow(/no canary that could be promoted/);
    expect(log).toEqual([]);
  });
});

describe("promote --full", () => {
  test("gives the canary everything, changes the stable side behind it, and only then goes back there", async () => {
    const fake = fakeLab({
      configWeight: 30,
      update: async () => {
        const { stableImage = "", canaryEnabled } = fake.lab.stackFile.values();
        fake.log.push(`${fake.live.weight} % at ${stableImage}, canary ${canaryEnabled}`);
      },
    });
    expect(await finishRelease(fake.lab, istioRoute, quiet)).toMatch(/versioned-echo:v2 is the stable version/);
    expect(fake.log).toEqual([
      "apply 100",
      "update",
      "100 % at versioned-echo:v1, canary true",
      "update",
      "100 % at versioned-echo:v2, canary true",
      "apply 0",
      "update",
      "0 % at versioned-echo:v2, canary false",
    ]);
    expect(fake.file()).toMatch(/canaryWeight: "0"[\s\S]*stableImage: versioned-echo:v2[\s\S]*canaryEnabled: "false"/);
  });

  test("takes up where an earlier run was stopped", async () => {
    const { lab, log } = fakeLab({ configWeight: 100, changes: { stableImage: "versioned-echo:v2" } });
    await finishRelease(lab, istioRoute, quiet);
    expect(log).toEqual(["update", "apply 0", "update"]);
  });

  test("gives the canary the pods for all of the traffic first, and leaves the config's number", async () => {
    const changes = { replicas: 6, canaryReplicas: 2 };
    const fake = fakeLab({ configWeight: 30, changes, objects: pods([6, 6], [6, 6]) });
    await finishRelease(fake.lab, istioRoute, quiet);
    expect(fake.log).toEqual(["update", "apply 100", "update", "update", "apply 0", "update"]);
    expect(fake.scopes[0]).toMatchObject({ targets: ["**::canary-deployment"] });
    expect(fake.scopes[0]?.text).toContain('canary-lab:canaryReplicas: "6"');
    expect(fake.scopes[2]?.text).toContain('canary-lab:canaryReplicas: "6"');
    expect(fake.scopes[3]).toEqual({});
    expect(fake.file()).not.toContain("canaryReplicas");
  });

  test("without a ready canary moves nothing", async () => {
    const { lab, log, file } = fakeLab({ configWeight: 10, canaryReady: 0 });
    await expect(finishRelease(lab, istioRoute, quiet)).rejects.toThrow(/no ready pod/);
    expect(log).toEqual([]);
    expect(file()).not.toContain("stableImage");
  });

  test.each([
    ["raised in the config and not applied", 80, 10, "canary-lab"],
    ["moved by hand", 10, 50, "kubectl-edit"],
    ["moved to the end by hand", 10, 100, "kubectl-edit"],
    ["sent back by hand", 100, 0, "kubectl-edit"],
  ])("is refused where the weight was %s, as promote is", async (_case, configWeight, liveWeight, routeOwner) => {
    const { lab, log, file } = fakeLab({ configWeight, liveWeight, routeOwner, routeWritten: new Date(0) });
    const before = file();
    const promoted = promoteToEnd(lab, istioRoute, quiet);
    await expect(promoted).rejects.toMatchObject({
      message: expect.stringMatching(/which of the two holds is not known/),
      next: "npx canaryctl up\nnpx canaryctl rollback",
    });
    expect(log).toEqual([]);
    expect(file()).toBe(before);
  });

  test.each([
    ["before the file said so", 60, 100, "versioned-echo:v1"],
    ["after the traffic had gone back to the stable side", 100, 0, "versioned-echo:v2"],
  ])("takes up a run that was stopped %s", async (_case, configWeight, liveWeight, stableImage) => {
    const written = { routeOwner: "canary-lab", routeWritten: new Date(0) };
    const { lab, log } = fakeLab({ configWeight, liveWeight, changes: { stableImage }, ...written });
    await promoteToEnd(lab, istioRoute, quiet);
    expect(log.slice(-2)).toEqual(["apply 0", "update"]);
  });

  test("takes up a run that was stopped while pods took over the share", async () => {
    const objects = pods([5, 5], [5, 5]);
    const { lab } = fakeLab({ configWeight: 100, changes: { strategy: "replica-ratio", replicas: 10 }, objects });
    expect(await promoteToEnd(lab, podShare, quiet)).toMatch(/versioned-echo:v2 is the stable version/);
  });
});
