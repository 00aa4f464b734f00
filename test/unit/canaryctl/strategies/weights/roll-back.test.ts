import { writeFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { EngineBusyError } from "../../../../../canaryctl/src/engine/engine-failure.ts";
import type { FileState } from "../../../../../canaryctl/src/engine/file-state.ts";
import { configForRollback, type Lab } from "../../../../../canaryctl/src/lab.ts";
import { rollBackRoute } from "../../../../../canaryctl/src/strategies/weights/roll-back.ts";
import { istioRoute } from "../../../../../canaryctl/src/traffic/istio-route.ts";
import { podShare } from "../../../../../canaryctl/src/traffic/pod-share.ts";
import { weightedRule } from "../../../../../components/traffic/route-rules.ts";
import { appliedValues } from "../../../../../stacks/config/applied-config.ts";
import { fakeLab, heldLock } from "../../fake-lab.ts";

const quiet = () => {};
const stablePath = "/apis/apps/v1/namespaces/canary-lab/deployments/versioned-echo-v1";

const rollback = (lab: Lab, say: (line: string) => void) => rollBackRoute(lab, istioRoute, say);

describe("rollback", () => {
  test("moves the route, then the file, then the state", async () => {
    const { lab, log, file } = fakeLab({ configWeight: 50, changes: { canaryWeight: 0 } });
    const lines: string[] = [];
    await rollback(lab, (line) => {
      lines.push(line);
      log.push(file().includes('"0"') ? "say, file written" : "say");
    });
    expect(log.toSorted()).toEqual(["apply 0", "say, file written", "update"]);
    expect(log[0]).toBe("apply 0");
    expect(lines[0]).toContain("50/50");
    expect(file()).toContain('"0"');
  });

  test.each([
    ["nothing where all say 0 already", 0, 0, 0, /^Nothing to roll back: /],
    ["that it is done where the live route had a share", 10, 0, 0, /^Rolled back: /],
    ["that it is done where the file gave it one", 0, 10, 0, /^Rolled back: /],
    ["that it is done where the state remembered one", 0, 0, 10, /^Rolled back: /],
  ])("says %s", async (_what, liveWeight, configWeight, remembered, said) => {
    const route = { name: weightedRule, route: [{ weight: 100 - remembered }, { weight: remembered }] };
    const resources = [
      { urn: "urn:pulumi:dev::canary-lab::a:b:C::route", type: "a", inputs: { spec: { http: [route] } } },
    ];
    const read = () => ({ version: 3, deployment: { resources } });
    const state = { read, locks: () => [], dropDeadLocks: () => [] } as unknown as FileState;
    const { lab, log } = fakeLab({ liveWeight, configWeight, changes: { canaryWeight: 0 }, state });
    expect(await rollback(lab, quiet)).toMatch(said);
    expect(log).toContain("apply 0"); // whatever was read before may be another by now
  });

  test("writes the route before what is around it, which takes connections of its own", async () => {
    const { lab } = fakeLab({ configWeight: 50, changes: { canaryWeight: 0 } });
    const kinds: unknown[] = [];
    const apply: Lab["cluster"]["apply"] = (path, object, manager) => {
      kinds.push((object as { readonly kind: string }).kind);
      return lab.cluster.apply(path, object, manager);
    };
    await rollback({ ...lab, cluster: { ...lab.cluster, apply } }, quiet);
    expect(kinds).toEqual(["VirtualService", "DestinationRule", "Gateway", "Service"]);
  });

  test("holds the route while another update writes an older weight, then makes the state agree", async () => {
    let looks = 0;
    const state: Pick<FileState, "locks" | "dropDeadLocks"> = {
      dropDeadLocks: () => [],
      locks: () => {
        looks += 1;
        if (looks === 1) fake.live.weight = 70; // the other update has got that far
        return looks <= 3 ? [heldLock] : [];
      },
    };
    const fake = fakeLab({ configWeight: 50, changes: { canaryWeight: 0 }, state: state as FileState });
    await rollback(fake.lab, quiet);
    expect(fake.log).toEqual(["apply 0", "apply 0", "update"]);
    expect(fake.live.weight).toBe(0);
  });

  test("rolls back once more where another command raised the weight meanwhile", async () => {
    let updates = 0;
    const fake = fakeLab({
      configWeight: 50,
      changes: { canaryWeight: 0 },
      update: async () => {
        updates += 1;
        if (updates === 1) fake.lab.stackFile.set({ canaryWeight: 70 });
      },
    });
    expect(await rollback(fake.lab, quiet)).toContain("Rolled back");
    expect(fake.log).toEqual(["apply 0", "update", "apply 0", "update"]);
    expect(fake.live.weight).toBe(0);
    expect(fake.file()).toContain('"0"');
  });

  test("does not say that it is done where the weight is raised again and again", async () => {
    const fake = fakeLab({
      configWeight: 50,
      changes: { canaryWeight: 0 },
      update: async () => fake.lab.stackFile.set({ canaryWeight: 70 }),
    });
    await expect(rollback(fake.lab, quiet)).rejects.toThrow(/does not hold/);
  });

  test("where only the state fails, it says that the traffic is back and what to run", async () => {
    const busy = () => Promise.reject(new EngineBusyError("Another update is running."));
    const { lab, live, file } = fakeLab({ configWeight: 50, changes: { canaryWeight: 0 }, update: busy });
    const rolled = rollback(lab, quiet);
    await expect(rolled).rejects.toThrow(/traffic is back.*Another update is running/);
    await expect(rolled).rejects.toMatchObject({ next: "npx canaryctl rollback" });
    expect(live.weight).toBe(0);
    expect(file()).toContain('"0"');
  });

  test("a config that is wrong elsewhere holds up the state, not the traffic", async () => {
    const { lab, log, live, file } = fakeLab({ configWeight: 50 });
    writeFileSync(
      lab.stackFile.path,
      'config:\n  canaryWeight: "abc"\n  replicas: many\n  canaryImage:\n    secure: v1:x\n  app: versioned-echo\n',
    );
    const opened = configForRollback(lab.stackFile);
    const rolled = rollback({ ...lab, ...opened }, quiet);
    await expect(rolled).rejects.toThrow(/traffic is back.*canaryImage is encrypted/);
    expect(log).toEqual(["apply 0"]);
    expect(live.weight).toBe(0);
    expect(file()).toContain('canaryWeight: "0"');

    writeFileSync(lab.stackFile.path, "config:\n  replicas: many\n  unknown: 1\n");
    await expect(rollback({ ...lab, ...opened }, quiet)).rejects.toThrow(
      /traffic is back[\s\S]*replicas is[\s\S]*unknown is/,
    );
  });

  test("a config that is right is taken whole: the fast path writes the route as the program would", () => {
    const { lab } = fakeLab();
    lab.stackFile.set({ stickyCookie: "side", canaryWeight: 30 });
    const { config } = configForRollback(lab.stackFile);
    expect(config).toMatchObject({ stickyCookie: "side", canaryWeight: 0 });
  });

  test("a config that does not say where the route is, is refused", () => {
    const { lab } = fakeLab();
    writeFileSync(lab.stackFile.path, "config:\n  app: Not A Name\n");
    expect(() => configForRollback(lab.stackFile)).toThrow(/app is "Not A Name"/);
  });

  test("makes the route, and what it leads by, where they are gone", async () => {
    const { lab, log, around, live } = fakeLab({ configWeight: 50, liveWeight: undefined });
    const lines: string[] = [];
    await rollback(lab, (line) => void lines.push(line));
    expect(log[0]).toBe("apply 0");
    expect(around.toSorted()).toEqual(["DestinationRule", "Gateway", "Service"]);
    expect(live.weight).toBe(0);
    expect(lines[0]).toContain("there was no route");
  });

  test("waits for no update on another machine: its lock may be that of a runner that is gone", async () => {
    const locks = () => [{ ...heldLock, holder: "elsewhere" as const }];
    const state = { dropDeadLocks: () => [], locks } as unknown as Lab["state"];
    const { lab, log, live } = fakeLab({ configWeight: 50, state });
    const began = Date.now();
    await expect(rollback(lab, quiet)).rejects.toThrow(/traffic is back.*Another update of stack dev is running/);
    expect(Date.now() - began).toBeLessThan(2000);
    expect(log).toEqual(["apply 0"]);
    expect(live.weight).toBe(0);
  });

  test.each([
    ["the canary's", "v2", "canary", { canaryReady: undefined }],
    ["the stable side's", "v1", "stable", { objects: { [stablePath]: null } }],
  ])(
    "where pods make the share it makes %s Deployment again that is gone: the engine fails for want of it",
    async (_case, version, side, gone) => {
      const inputs = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: `versioned-echo-${version}` } };
      const resource = {
        urn: `urn:pulumi:dev::canary-lab::x::${side}-deployment`,
        type: "kubernetes:apps/v1:Deployment",
        id: `canary-lab/versioned-echo-${version}`,
        inputs,
        outputs: inputs,
      };
      const service = { ...resource, urn: "urn:pulumi:dev::canary-lab::x::echo-service", id: "canary-lab/gone" };
      const state = {
        dropDeadLocks: () => [],
        locks: () => [],
        read: () => ({
          version: 4,
          deployment: { resources: [resource, { ...service, inputs: { ...inputs, kind: "Service" } }] },
        }),
      } as unknown as Lab["state"];
      const changes = { strategy: "replica-ratio", canaryWeight: 0 };
      const fake = fakeLab({ configWeight: 50, changes, state, ...gone });
      const { get } = fake.lab.cluster;
      const cluster = {
        ...fake.lab.cluster,
        get: async <T>(path: string) => (path.endsWith("/services/gone") ? undefined : get<T>(path)),
      };
      const lab = {
        ...fake.lab,
        cluster,
        applied: { values: appliedValues(fake.lab.stackFile.values()), pending: [] },
      };
      const lines: string[] = [];
      await rollBackRoute(lab, podShare, (line) => void lines.push(line)).catch(() => undefined);
      expect(fake.log.slice(0, 2)).toEqual(["import canary-lab/gone, 0 open", "update"]);
      expect(lines[0]).toMatch(/^Drift: Deployment canary-lab\/versioned-echo-v. is gone\. The update makes it again/);
    },
  );

  test("where nothing is known of pods that make the share, it makes nothing", async () => {
    const { lab, log } = fakeLab({ changes: { strategy: "replica-ratio" }, objects: { [stablePath]: null } });
    await expect(rollBackRoute(lab, podShare, quiet)).rejects.toThrow(/no Deployment versioned-echo-v1/);
    expect(log).toEqual([]);
  });
});
