import { describe, expect, test } from "@jest/globals";
import { InterruptedError } from "../../../../../canaryctl/src/engine/engine-failure.ts";
import type { FileState } from "../../../../../canaryctl/src/engine/file-state.ts";
import { rollingUpdate } from "../../../../../canaryctl/src/strategies/rolling/rolling-update.ts";
import { appliedValues } from "../../../../../stacks/config/applied-config.ts";
import { heldLock } from "../../fake-lab.ts";
import { fakeDeployment, replicaSet, template } from "./fake-deployment.ts";

const quiet = () => {};

describe("undo", () => {
  test("brings back the stable image, and the config agrees", async () => {
    const fake = fakeDeployment(2, { update: async () => fake.goBack() });
    expect(await rollingUpdate.undo(fake.lab, quiet)).toMatch(/all pods run versioned-echo:v1 again \(revision 3\)/);
    expect(fake.log.at(-1)).toBe("update");
    expect(fake.file()).toContain('canaryEnabled: "false"');
  });

  test("of what is at rest already says that there was nothing to roll back, unless the state had another image", async () => {
    const rollback = async (remembered: string) => {
      const annotations = { "canary-lab/image": remembered };
      const urn = "urn:pulumi:dev::canary-lab::x::rolling-deployment";
      const resource = { urn, type: "kubernetes:apps/v1:Deployment", inputs: { metadata: { annotations } } };
      const read = () => ({ version: 4, deployment: { resources: [resource] } });
      const state = { dropDeadLocks: () => [], locks: () => [], read } as unknown as FileState;
      const fake = fakeDeployment(2, { state, update: async () => {} });
      fake.goBack();
      fake.lab.stackFile.set({ canaryEnabled: false });
      return rollingUpdate.rollback(fake.lab, quiet);
    };
    expect(await rollback("versioned-echo:v1")).toMatch(/^Nothing to roll back: all pods run versioned-echo:v1/);
    expect(await rollback("versioned-echo:v2")).toMatch(/^Undone: /);
  });

  test("gives the Deployment the template of the stable revision before the engine is asked for anything", async () => {
    const fake = fakeDeployment(1, { update: async () => fake.goBack() });
    const lines: string[] = [];
    await rollingUpdate.undo(fake.lab, (line) => void lines.push(line));
    const metadata = { annotations: { "canary-lab/image": "versioned-echo:v1" } };
    const back = JSON.stringify({ metadata, spec: { template: template("v1") } });
    expect(fake.log).toEqual([`patch deployments/versioned-echo?fieldManager=canary-lab ${back}`, "update"]);
    expect(lines[0]).toMatch(/back to revision 1 \(v1\)/);
  });

  test("finds the revision of the stable image by all of its reference: two repositories can have the same tag", async () => {
    const fake = fakeDeployment(1, { update: async () => fake.goBack() });
    fake.lab.stackFile.set({ stableImage: "a.example/echo:latest", canaryImage: "b.example/echo:latest" });
    const set = (revision: number, image: string) => {
      const { metadata, ...rest } = replicaSet("latest", revision, 1);
      return {
        ...rest,
        metadata: { ...metadata, annotations: { ...metadata.annotations, "canary-lab/image": image } },
      };
    };
    fake.objects["/apis/apps/v1/namespaces/canary-lab/replicasets"] = {
      items: [set(1, "a.example/echo:latest"), set(2, "b.example/echo:latest")],
    };
    Object.assign(fake.deployment.metadata, { annotations: { "canary-lab/image": "b.example/echo:latest" } });
    fake.deployment.spec.template = template("latest");
    const lines: string[] = [];
    await rollingUpdate.rollback(fake.lab, (line) => void lines.push(line)).catch(() => undefined);
    expect(lines).toEqual(["The Deployment goes back to revision 1 (latest), pod after pod."]);
  });

  test("makes a Deployment again that is gone, where it is known what was applied", async () => {
    const deployment = "/apis/apps/v1/namespaces/canary-lab/deployments/versioned-echo";
    const inputs = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "versioned-echo" } };
    const urn = "urn:pulumi:dev::canary-lab::x::rolling-deployment";
    const resource = { urn, type: "kubernetes:apps/v1:Deployment", id: "canary-lab/versioned-echo", inputs };
    const read = () => ({ version: 4, deployment: { resources: [resource] } });
    const state = { dropDeadLocks: () => [], locks: () => [], read } as unknown as FileState;
    const update = async () => {
      fake.objects[deployment] = fake.deployment;
      fake.goBack();
    };
    const fake = fakeDeployment(1, { state, update });
    fake.objects[deployment] = null;
    await expect(rollingUpdate.rollback(fake.lab, quiet)).rejects.toThrow(/no Deployment versioned-echo/);
    expect(fake.log).toEqual([]);
    const values = appliedValues(fake.lab.stackFile.values());
    const lab = { ...fake.lab, applied: { values, pending: [] } };
    expect(await rollingUpdate.rollback(lab, quiet)).toMatch(/all pods run versioned-echo:v1 again/);
    expect(fake.log).toEqual(["import , 0 open", "update"]);
    expect(fake.file()).toContain('canaryEnabled: "false"');
  });

  test("turns the pods back again where the update that it waits for turns them forward", async () => {
    let looks = 0;
    const state: Pick<FileState, "locks" | "dropDeadLocks"> = {
      dropDeadLocks: () => [],
      locks: () => {
        looks += 1;
        if (looks === 1) fake.deployment.spec.template = template("v2");
        return looks <= 2 ? [heldLock] : [];
      },
    };
    const fake = fakeDeployment(1, { state: state as FileState, update: async () => fake.goBack() });
    await rollingUpdate.undo(fake.lab, quiet);
    expect(fake.log.map((entry) => entry.split(" ")[0])).toEqual(["patch", "patch", "update"]);
    expect(fake.deployment.spec.template.metadata.labels.version).toBe("v1");
  });

  test("leaves a revision that is not kept any more to the engine, and one that is there already", async () => {
    const never = fakeDeployment(2);
    never.lab.stackFile.set({ stableImage: "versioned-echo:v0" });
    await expect(rollingUpdate.undo(never.lab, quiet)).rejects.toThrow(/pods run v2/);
    expect(never.log).toEqual(["update"]);
    const there = fakeDeployment(1, { update: async () => there.goBack() });
    there.deployment.spec.template = template("v1");
    await rollingUpdate.rollback(there.lab, quiet);
    expect(there.log).toEqual(["update"]);
  });

  test("ends at once where the user stops it", async () => {
    const stopped = new InterruptedError("Interrupted.");
    const fake = fakeDeployment(2, { update: () => Promise.reject(stopped) }); // and the pods have not gone back yet
    const began = Date.now();
    await expect(rollingUpdate.rollback(fake.lab, quiet)).rejects.toBe(stopped);
    expect(Date.now() - began).toBeLessThan(1000);
  });

  test("a config that is wrong elsewhere holds up the state, not the pods", async () => {
    const fake = fakeDeployment(1);
    fake.lab.stackFile.set({ replicas: "many" });
    await expect(rollingUpdate.rollback(fake.lab, quiet)).rejects.toThrow(/replicas is/);
    expect(fake.log.map((entry) => entry.split(" ")[0])).toEqual(["patch"]);
    expect(fake.file()).toContain('canaryEnabled: "false"');
  });

  test("does not say so before the pods of the other revision are gone", async () => {
    const update = async () => {
      fake.goBack(1);
      setTimeout(fake.goBack, 400);
    };
    const fake = fakeDeployment(2, { update });
    const began = Date.now();
    await rollingUpdate.undo(fake.lab, quiet);
    expect(Date.now() - began).toBeGreaterThanOrEqual(390);
  });

  test("does not wait for what does not get on", async () => {
    const late = fakeDeployment(1, { late: true });
    await expect(rollingUpdate.undo(late.lab, quiet)).rejects.toThrow(
      /Not all pods run versioned-echo:v1: Degraded. Too late./,
    );
  });

  test.each([
    ["a finished release", 2],
    ["one that a stopped rollback has begun to take back", 1],
  ])("rollback of %s brings the image before it back, once", async (_case, updated) => {
    const changes = { stableImage: "versioned-echo:v2", previousImage: "versioned-echo:v1", canaryEnabled: false };
    const fake = fakeDeployment(updated, { changes, update: async () => fake.goBack() });
    expect(await rollingUpdate.rollback(fake.lab, quiet)).toMatch(/^Rolled back: versioned-echo:v1 is the stable/);
    expect(fake.file()).toMatch(/stableImage: versioned-echo:v1[\s\S]*previousImage: ""/);
  });

  test("of a finished release is refused, with the way to an earlier revision", async () => {
    const changes = { stableImage: "versioned-echo:v2", canaryEnabled: false };
    const { lab, log } = fakeDeployment(2, { changes });
    await expect(rollingUpdate.undo(lab, quiet)).rejects.toMatchObject({
      next: "npx canaryctl create-canary --image versioned-echo:v1",
    });
    expect(log).toEqual([]);
  });
});
