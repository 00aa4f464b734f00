import { describe, expect, test } from "@jest/globals";
import { readStatus } from "../../../../../canaryctl/src/commands/status.ts";
import { rollingUpdate } from "../../../../../canaryctl/src/strategies/rolling/rolling-update.ts";
import { type FakeOptions, fakeLab } from "../../fake-lab.ts";

const quiet = () => {};

const replicaSet = (version: string, revision: number, ready: number) => ({
  metadata: {
    name: `versioned-echo-${version}`,
    annotations: { "deployment.kubernetes.io/revision": String(revision) },
    ownerReferences: [{ kind: "Deployment", name: "versioned-echo", controller: true }],
  },
  spec: {
    replicas: ready,
    template: {
      metadata: { labels: { app: "versioned-echo", version } },
      spec: { containers: [{ name: "echo", image: `versioned-echo:${version}` }] },
    },
  },
  status: { readyReplicas: ready },
});

/** A Deployment of two pods of which `updated` run the newest revision, v2. */
function fakeDeployment(updated: number, options: FakeOptions & { readonly late?: boolean } = {}) {
  const items = [replicaSet("v1", 1, 2 - updated), replicaSet("v2", 2, updated)];
  const deployment = {
    metadata: { generation: 2 },
    spec: { replicas: 2 },
    status: {
      observedGeneration: 2,
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
  const fake = fakeLab({ configWeight: 0, ...options, changes, objects });
  const goBack = () => {
    objects["/apis/apps/v1/namespaces/canary-lab/replicasets"] = {
      items: [replicaSet("v1", 3, 2), replicaSet("v2", 2, 0)],
    };
  };
  return { ...fake, goBack };
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
    expect(status).toMatchObject({ release: { phase: "Degraded" }, fault: "Too late. Next: npx canaryctl undo" });
  });

  test("one that is not there is a fault, too", async () => {
    const { lab } = fakeLab({ canaryReady: undefined, objects: {} });
    const cluster = { ...lab.cluster, get: async () => undefined };
    expect((await readStatus({ ...lab, cluster }, rollingUpdate)).fault).toMatch(/not deployed.*canaryctl up/);
  });
});

describe("undo", () => {
  test("brings back the stable image, and the config agrees", async () => {
    const fake = fakeDeployment(2, { update: async () => fake.goBack() });
    expect(await rollingUpdate.undo(fake.lab, quiet)).toMatch(/all pods run versioned-echo:v1 again \(revision 3\)/);
    expect(fake.log).toEqual(["update"]);
    expect(fake.file()).toContain('canaryEnabled: "false"');
  });

  test("does not say so before the pods of the other revision are gone", async () => {
    const fake = fakeDeployment(2, { update: async () => void setTimeout(fake.goBack, 400) });
    const began = Date.now();
    await rollingUpdate.undo(fake.lab, quiet);
    expect(Date.now() - began).toBeGreaterThanOrEqual(390);
  });

  test("does not wait for what does not get on", async () => {
    const late = fakeDeployment(1, { late: true });
    await expect(rollingUpdate.undo(late.lab, quiet)).rejects.toThrow(/Not all pods run v1: Degraded. Too late./);
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
});
