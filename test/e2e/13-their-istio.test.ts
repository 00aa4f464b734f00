import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { describePart } from "./support/describe-part.ts";
import { askGateway } from "./support/gateway.ts";
import { canaryctl, kubectl, requireLab } from "./support/lab.ts";
import { versionsIn } from "./support/object-versions.ts";
import { refusalFault } from "./support/refusal.ts";
import { installTheirIstio, theirs } from "./support/their-istio.ts";

// `platform: existing`: staging on an Istio that this program did not install, in the cluster in which dev has its own.
const stagingNamespace = "canary-lab-staging";
const stagingFile = join(repositoryRoot, "Pulumi.staging.yaml");
const ofStaging = (...args: readonly string[]) => canaryctl("--stack", "staging", ...args);
const others = [theirs.mesh, theirs.gateway, "istio-system", "istio-ingress", "canary-lab"];

describePart("an Istio that was there", () => {
  let before: string;
  let remove: (() => Promise<void>) | undefined;
  let untouched: Awaited<ReturnType<typeof versionsIn>>;

  beforeAll(async () => {
    await requireLab();
    before = readFileSync(stagingFile, "utf8");
    remove = await installTheirIstio();
    untouched = await versionsIn(others);
  }, 120_000);

  afterAll(async () => {
    await ofStaging("down");
    writeFileSync(stagingFile, before);
    await remove?.();
  }, 120_000);

  test("an Istio that a stack installed is refused by the first up, and that stack named; a revision that is not there in a preview", async () => {
    expect((await ofStaging("config", "set", "platform", "existing")).exitCode).toBe(0);
    const ofDev = await ofStaging("up");
    expect(
      refusalFault(ofDev, /istio-system is part of the platform of stack .*\/dev/, /set platform dev/),
    ).toBeUndefined();
    expect((await ofStaging("config", "set", "istioRevision", "nobodys")).exitCode).toBe(0);
    const missing = await ofStaging("preview");
    expect(
      refusalFault(missing, /istioRevision is nobodys, and Istio has/, /set istioRevision theirs/),
    ).toBeUndefined();
  }, 60_000);

  test("the stack comes up on it with a measured split, by its label and its gateway, and changes nothing of it", async () => {
    expect((await ofStaging("config", "set", "istioRevision", theirs.revision)).exitCode).toBe(0);
    const up = await ofStaging("up");
    expect(up.exitCode).toBe(0);
    console.log(`# up on an Istio that was there to its first measured split: ${up.seconds.toFixed(1)} s`);
    expect(up.stdout).toMatch(/400 requests from a pod in the mesh answered, 0 failed/);
    const namespace = JSON.parse(await kubectl("get", "namespace", stagingNamespace, "-o", "json"));
    expect(namespace.metadata.labels).toMatchObject({ "istio.io/rev": theirs.revision });
    expect(JSON.parse(namespace.metadata.annotations["canary-lab/platform"])).toMatchObject({
      owner: "existing",
      mesh: { controlPlane: { namespace: theirs.mesh, name: `istiod-${theirs.revision}` } },
      ingress: { namespace: theirs.gateway, nodePort: theirs.nodePort },
    });
    expect(await versionsIn(others)).toEqual(untouched);
  }, 90_000);

  test("a move waits for its gateway, which sends by the new weights, and leaves the gateway's labels as they were found", async () => {
    const moved = await ofStaging("set-traffic", "50", "50");
    expect(moved.exitCode).toBe(0);
    expect(moved.stdout).toMatch(/the callers' proxies have it/);
    const counts = await askGateway({ port: theirs.nodePort, requests: 200, of: stagingNamespace });
    expect(Object.keys(counts).toSorted()).toEqual(["v1", "v2"]);
    const gateway = await kubectl("-n", stagingNamespace, "get", "gateways.networking.istio.io", "-o", "json");
    expect(JSON.parse(gateway).items.map((one: { spec: { selector: object } }) => one.spec.selector)).toEqual([
      { app: theirs.gateway, istio: theirs.gateway },
    ]);
    const status = await ofStaging("status");
    expect(status.exitCode).toBe(0);
    const doctor = await ofStaging("doctor", "--show", "error");
    expect(doctor.exitCode).toBe(0);
  }, 60_000);

  test("its down leaves the Istio as it was, and the other environment", async () => {
    const down = await ofStaging("down");
    expect(down.exitCode).toBe(0);
    expect(await kubectl("get", "namespace", stagingNamespace, "--ignore-not-found")).toBe("");
    expect(await versionsIn(others)).toEqual(untouched);
  }, 60_000);
});
