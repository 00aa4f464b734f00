import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { makeCheckout } from "./support/checkout.ts";
import { canaryctl, exportState, labShell, liveWeight, requireLab, up } from "./support/lab.ts";
import { labProcesses } from "./support/processes.ts";
import { refusalFault } from "./support/refusal.ts";
import { editConfig } from "./support/stack-config.ts";
import { sampleLoad, sendLoad, splitFault } from "./support/traffic.ts";

beforeAll(async () => {
  await requireLab();
  expect((await canaryctl("set-traffic", "70", "30")).exitCode).toBe(0);
}, 90_000);

/** The state is whole, nothing hangs in it, and the cluster agrees with it. */
async function expectWholeLab(): Promise<void> {
  expect((await exportState()).pending_operations ?? []).toEqual([]);
  const outcome = await up();
  expect(outcome.exitCode).toBe(0);
  expect(await liveWeight()).toBe(30);
}

test("a second lab on the same machine is refused, and says where the first one is", async () => {
  const second = makeCheckout();
  try {
    const outcome = await second.canaryctl(["up"]);
    expect(refusalFault(outcome, /another/i)).toBeUndefined();
    expect(outcome.stderr).toContain(`cd ${repositoryRoot} && npm run down`);
    expect(second.labFiles()).toEqual([]);
  } finally {
    second.remove();
  }
  expect((await canaryctl("status")).exitCode).toBe(0);
}, 90_000);

describe("what fails in the middle of an update", () => {
  afterEach(() => editConfig({ imageRegistry: undefined, chartMirror: undefined }));

  test("a registry that refuses", async () => {
    editConfig({ imageRegistry: "127.0.0.1:1" });
    expect(refusalFault(await canaryctl("up"), /127\.0\.0\.1:1\b/, /registry|push/i)).toBeUndefined();
    editConfig({ imageRegistry: undefined });
    await expectWholeLab();
  }, 300_000);

  test("a chart that fails to install", async () => {
    const mirror = mkdtempSync(join(tmpdir(), "broken-charts-"));
    const { CANARY_LAB_CHART_MIRROR = "" } = await labShell();
    cpSync(CANARY_LAB_CHART_MIRROR, mirror, { recursive: true });
    const template = join(mirror, "gateway-1.29.1", "templates", "broken.yaml");
    writeFileSync(
      template,
      "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: broken\nspec:\n  replicas: many\n",
    );
    editConfig({ chartMirror: mirror });
    expect(refusalFault(await canaryctl("up"), /istio-ingress/, /many|replicas|broken/)).toBeUndefined();
    editConfig({ chartMirror: undefined });
    rmSync(mirror, { recursive: true });
    await expectWholeLab();
  }, 600_000);
});

test("kill -9 of the API server, and up brings it back", async () => {
  const [pid = 0] = labProcesses("kube-apiserver");
  expect(pid).toBeGreaterThan(1);
  process.kill(pid, "SIGKILL");
  await expectWholeLab();
  expect(splitFault(await sendLoad(sampleLoad), 30)).toBeUndefined();
}, 400_000);
