import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { enterStack, startingPoint, withoutCanary } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, kubectl, labShell, liveWeight, namespace, pulumi, requireLab } from "./support/lab.ts";
import { expectCannotStart, withFullQuota, withoutNode } from "./support/obstacles.ts";
import { editConfig, readConfig } from "./support/stack-config.ts";
import { startSteadyLoad } from "./support/traffic.ts";

const createCanary = (...args: readonly string[]) =>
  canaryctl("create-canary", "--image", "versioned-echo:v2", ...args);

const readyCanaries = async (): Promise<number> =>
  Number(
    await kubectl("get", "deployment", "versioned-echo-v2", "-n", namespace, "-o", "jsonpath={.status.readyReplicas}"),
  );

/** The pods are there at once when the cause is gone: no back-off of the cluster is waited out. */
async function expectStarted(outcome: { readonly exitCode: number; readonly seconds: number }): Promise<void> {
  expect(outcome.exitCode).toBe(0);
  expect(outcome.seconds).toBeLessThan(20);
}

describePart("pods that cannot start", () => {
  beforeAll(async () => {
    await requireLab();
    await enterStack(withoutCanary);
  }, 120_000);

  afterAll(() => enterStack(startingPoint), 120_000);

  test("a quota that forbids the canary's pods, told by create-canary, while the stable side serves on", async () => {
    const load = await startSteadyLoad();
    await withFullQuota(async () => expectCannotStart(await createCanary(), /exceeded quota: full/));
    expect(await liveWeight()).toBe(0);
    expect(readConfig("canaryEnabled")).toBe("true");
    await expectStarted(await createCanary());
    expect(await readyCanaries()).toBe(2);
    const { failed, versions, sent } = await load.stop();
    expect({ failed, versions }).toEqual({ failed: 0, versions: { v1: sent } });
  }, 120_000);

  test("an image that the registry does not have, told by plain pulumi up", async () => {
    const { CANARY_LAB_IMAGE_REGISTRY: registry = "" } = await labShell();
    editConfig({ canaryImage: `${registry}/versioned-echo:absent` });
    const outcome = await pulumi("up", "--yes", "--skip-preview");
    expectCannotStart(outcome, /(ErrImagePull|ImagePullBackOff).*versioned-echo:absent/);
    editConfig({ canaryImage: undefined });
    await expectStarted(await pulumi("up", "--yes", "--skip-preview"));
  }, 120_000);

  test("pods that find no node, told by plain pulumi up; a route that takes the traffic from them does not wait for them", async () => {
    expect((await canaryctl("set-traffic", "90", "10")).exitCode).toBe(0);
    editConfig({ canaryReplicas: 3, canaryWeight: 0 });
    await withoutNode(async () => {
      expectCannotStart(await pulumi("up", "--yes", "--skip-preview"), /unschedulable/);
      expect(await liveWeight()).toBe(0);
    });
    await expectStarted(await createCanary("--replicas", "3"));
    expect(await readyCanaries()).toBe(3);
  }, 120_000);

  test("an admission that refuses the pods, told by up", async () => {
    const label = "pod-security.kubernetes.io/enforce";
    // What kubectl writes under its own name, the update takes back.
    await kubectl("label", "namespace", namespace, `${label}=restricted`, "--field-manager=security");
    editConfig({ canaryReplicas: 4 });
    expectCannotStart(await canaryctl("up"), /violates PodSecurity "restricted/);
    await kubectl("label", "namespace", namespace, `${label}-`);
    await expectStarted(await createCanary("--replicas", "4"));
  }, 120_000);

  // The load client's image ends at once without its arguments.
  test("containers that end again and again on both sides of a new stack, told by its first up", async () => {
    const stack = "e2e-crash";
    const ofStack = (...args: readonly string[]) => canaryctl("--stack", stack, ...args);
    const client = ["get", "deployment", "versioned-echo-client", "-n", namespace];
    const image = await kubectl(...client, "-o", "jsonpath={.spec.template.spec.containers[0].image}");
    expect((await canaryctl("stack", "new", stack, "--from", "staging")).exitCode).toBe(0);
    try {
      for (const key of ["stableImage", "canaryImage"])
        expect((await ofStack("config", "set", key, image)).exitCode).toBe(0);
      expectCannotStart(await ofStack("up"), /CrashLoopBackOff.*--url is missing/, 30); // all else is made first
    } finally {
      await ofStack("down");
      rmSync(join(repositoryRoot, `Pulumi.${stack}.yaml`), { force: true });
    }
  }, 120_000);
});
