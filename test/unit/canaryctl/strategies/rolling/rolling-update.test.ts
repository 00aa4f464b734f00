import { describe, expect, test } from "@jest/globals";
import type { FileState } from "../../../../../canaryctl/src/engine/file-state.ts";
import { readStatus } from "../../../../../canaryctl/src/status.ts";
import { rollingUpdate } from "../../../../../canaryctl/src/strategies/rolling/rolling-update.ts";
import { type FakeOptions, fakeLab, heldLock } from "../../fake-lab.ts";

const quiet = () => {};

const template = (version: string, labels: Readonly<Record<string, string>> = {}) => ({
  metadata: { labels: { app: "versioned-echo", version, ...labels } },
  spec: { containers: [{ name: "echo", image: `versioned-echo:${version}` }] },
});

const replicaSet = (version: string, revision: number, ready: number) => ({
  metadata: {
    name: `versioned-echo-${version}`,
    annotations: { "deployment.kubernetes.io/revision": String(revision) },
    ownerReferences: [{ kind: "Deployment", name: "versioned-echo", controller: true }],
  },
  spec: { replicas: ready, template: template(version, { "pod-template-hash": "abc" }) },
  status: { readyReplicas: ready },
});

/** A Deployment of two pods of which `updated` run the newest revision, v2. */
function fakeDeployment(
  updated: number,
  options: FakeOptions & { readonly late?: boolean; readonly observed?: number } = {},
) {
  const items = [replicaSet("v1", 1, 2 - updated), replicaSet("v2", 2, updated)];
  const deployment = {
    metadata: { generation: 2 },
    spec: { replicas: 2, template: template("v2") },
    status: {
      observedGeneration: options.observed ?? 2,
      replicas: updated === 2 ? 2 : 3,
      updatedReplicas: updated,
      availableReplicas: 2,
      conditions: options.late
        ? [{ type: "Progressing", reason: "ProgressDeadlineExceeded", message: "Too late." }]
        : [],
    },
  };
  const objects: Record<string, unknown> = {
    "/apis/apps/v1/namespaces/canary-lab/deployments/versioned-echo": deployment,
    "/apis/apps/v1/namespaces/canary-lab/replicasets": { items },
  };
  const changes = { strategy: "rolling-update", canaryEnabled: true, ...options.changes };
  const onPatch = (_path: string, change: object) => {
    deployment.spec.template = (change as { spec: { template: ReturnType<typeof template> } }).spec.template;
  };
  const fake = fakeLab({ configWeight: 0, ...options, changes, objects, onPatch });
  const goBack = (left = 0) => {
    Object.assign(deployment.status, { replicas: 2, updatedReplicas: 2, conditions: [] });
    objects["/apis/apps/v1/namespaces/canary-lab/replicasets"] = {
      items: [replicaSet("v1", 3, 2), replicaSet("v2", 2, left)],
    };
  };
  return { ...fake, deployment, goBack, objects };
}

describe("status of a rolling update", () => {
  test("the share is that of the ready pods, and the history is shown", async () => {
    const status = await readStatus(fakeDeployment(1).lab, rollingUpdate);
    expect(status).toMatchObject({
      owner: "deployment-controller",
      weights: { config: null, route: { stable: 50, canary: 50 } },
      release: { phase: "Progressing", revision: 2 },
      fault: null,
    });
    expect(status.release?.line).toMatch(/revision 2 \(v2\), 1 of 2 pods replaced; earlier revisions: 1 \(v1\)/);
  });

  test("one that does not get on is a fault", async () => {
    const status = await readStatus(fakeDeployment(1, { late: true }).lab, rollingUpdate);
    expect(status).toMatchObject({ release: { phase: "Degraded" }, fault: "Too late.\n  next:    npx canaryctl undo" });
  });

  test("one of which the controller does not know yet is none", async () => {
    const status = await readStatus(fakeDeployment(1, { late: true, observed: 1 }).lab, rollingUpdate);
    expect(status).toMatchObject({ release: { phase: "Progressing" }, fault: null });
  });

  test("one that is not there is a fault, too", async () => {
    const { lab } = fakeLab({ canaryReady: undefined, objects: {} });
    const cluster = { ...lab.cluster, get: async () => undefined };
    expect((await readStatus({ ...lab, cluster }, rollingUpdate)).fault).toMatch(/not deployed[\s\S]*canaryctl up/);
  });
});

describe("create-canary", () => {
  test("that was undone meanwhile says so, and does not wait for what will not come", async () => {
    const fake = fakeDeployment(1, { update: async () => fake.goBack() });
    const began = Date.now();
    await expect(rollingUpdate.createCanary(fake.lab, quiet)).rejects.toThrow(/Another command .* its pods run v1/);
    expect(Date.now() - began).toBeLessThan(2000);
  });
});

describe("undo", () => {
  test("brings back the stable image, and the config agrees", async () => {
    const fake = fakeDeployment(2, { update: async () => fake.goBack() });
    expect(await rollingUpdate.undo(fake.lab, quiet)).toMatch(/all pods run versioned-echo:v1 again \(revision 3\)/);
    expect(fake.log.at(-1)).toBe("update");
    expect(fake.file()).toContain('canaryEnabled: "false"');
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

describe("promote", () => {
  test("--full writes a rolling update that is done to the config", async () => {
    const { lab, log, file } = fakeDeployment(2);
    expect(await rollingUpdate.promoteFully(lab, quiet)).toMatch(/versioned-echo:v2 is the stable version/);
    expect(log).toEqual(["update"]);
    expect(file()).toMatch(/stableImage: versioned-echo:v2[\s\S]*canaryEnabled: "false"/);
  });

  test("--full is refused before it is done; a stage there is none", async () => {
    const { lab, log } = fakeDeployment(1);
    await expect(rollingUpdate.promoteFully(lab, quiet)).rejects.toThrow(/is not done: Progressing/);
    await expect(rollingUpdate.promote(lab, quiet)).rejects.toThrow(/no stages/);
    await expect(rollingUpdate.setTraffic(lab, quiet)).rejects.toThrow(/follows the pods/);
    expect(log).toEqual([]);
  });

  test("retry, which is for Rollouts, names an image that can be released", async () => {
    const { lab } = fakeDeployment(2, { changes: { stableImage: "versioned-echo:v2", canaryEnabled: false } });
    await expect(rollingUpdate.retry(lab, quiet)).rejects.toMatchObject({
      next: "npx canaryctl create-canary --image versioned-echo:v3",
    });
  });
});
