import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeClient } from "@canary-lab/kit/kube/client";
import { connect } from "@canary-lab/kit/kube/connection";
import { readKubeconfig, selectContext } from "@canary-lab/kit/kube/kubeconfig";
import { connectToPod } from "@canary-lab/kit/kube/port-forward";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { clusterRegistry } from "../../cluster/images/cluster-registry.ts";
import { parseConfig } from "../../stacks/config/parse-config.ts";
import { recordedEnvironment } from "../../stacks/lab-records.ts";
import { ImageDeliverer } from "../../stacks/live/image-deliverer.ts";
import { neededRights } from "../../stacks/needed-rights.ts";
import { type Checkout, makeCheckout } from "./support/checkout.ts";
import { mustRun } from "./support/command.ts";
import { describePart } from "./support/describe-part.ts";
import { kubectl, labShell, namespace, pulumi, requireLab, up } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { makeRestrictedAccount } from "./support/restricted-account.ts";
import { editConfig } from "./support/stack-config.ts";

// The embedded node as somebody's own cluster: without its lab, by its context alone, from a second checkout that knows nothing of it. It
// names no registry, so the stack brings one.

/** The most that each may take, in seconds. A quiet machine comes up in 36, of 40 that are promised. */
const most = { up: 60, push: 10, toldOfPull: 20, start: 10 };

const folder = mkdtempSync(join(tmpdir(), "bare-cluster-"));
const context = "canary-lab";
const staging = "canary-lab-staging";
let checkout: Checkout;
let env: Record<string, string>;
let removeAccount: (() => Promise<void>) | undefined;

/** A command of the second checkout. */
const second = (...args: readonly string[]) => checkout.canaryctl(args, { env, timeoutSeconds: 300 });

/** A shell with the programs of the lab, its builder and its charts, and with no word of the stack that is in it. */
function strangersShell(shell: Readonly<Record<string, string>>): Record<string, string> {
  const own = /^(CANARY_LAB_|PULUMI_(BACKEND_URL|STACK|CONFIG_PASSPHRASE))/;
  return Object.fromEntries(Object.entries(shell).filter(([name]) => !own.test(name)));
}

/** The registry's program as an image that the cluster can pull: this machine reaches no registry of the world. */
async function buildRegistryImage(shell: Readonly<Record<string, string>>): Promise<string> {
  const lab = recordedEnvironment("dev");
  const script = lab?.path.map((each) => join(each, "registry")).find(existsSync);
  // It names the program, for which it sets where its libraries are; it needs none but C's, which the base has.
  const program = script && /^exec (\S+)/m.exec(readFileSync(script, "utf8"))?.[1];
  if (!lab?.imageRegistry || program === undefined) throw new Error("The lab has no registry.");
  const context = join(folder, "registry");
  mkdirSync(context);
  copyFileSync(program, join(context, "registry"));
  writeFileSync(join(context, "Dockerfile"), "FROM node:24-bookworm-slim\nCOPY registry /usr/local/bin/registry\n");
  const name = `${lab.imageRegistry}/e2e-registry:1`;
  await mustRun("docker", ["build", "--tag", name, context], { env: { ...shell, DOCKER_BUILDKIT: "0" } });
  const { output } = await mustRun("docker", ["push", name], { env: shell });
  return `${lab.imageRegistry}/e2e-registry@${/digest: (sha256:[0-9a-f]{64})/.exec(output)?.[1]}`;
}

/** The echo's image of a side, as its pods have it. */
const imageOf = (version: string, of = namespace) =>
  kubectl("-n", of, "get", "deployment", `versioned-echo-${version}`, "-o", "jsonpath={..containers[0].image}");

/** The status that the registry answers to a pod of the application. */
function askRegistry(path: string, method: string): Promise<string> {
  const accept = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json";
  const url = `http://registry.${clusterRegistry.namespace}.svc:${clusterRegistry.ports.read}/v2/${path}`;
  const request = JSON.stringify({ method, headers: { accept } });
  const ask = `fetch(${JSON.stringify(url)}, ${request}).then(({ status }) => console.log(status))`;
  return kubectl("-n", namespace, "exec", "deployment/versioned-echo-client", "-c", "client", "--", "node", "-e", ask);
}

async function inRegistry(image: string): Promise<boolean> {
  const [, repository, digest] = /^localhost:5101\/(.+)@(sha256:.+)$/.exec(image) ?? [];
  return (await askRegistry(`${repository}/manifests/${digest}`, "HEAD")) === "200";
}

describePart("a cluster that is there, and names no registry", () => {
  let registryImage: string;

  beforeAll(async () => {
    await requireLab();
    const shell = await labShell();
    registryImage = await buildRegistryImage(shell);
    expect((await pulumi("destroy", "--yes", "--skip-preview")).exitCode).toBe(0);
    checkout = makeCheckout();
    env = strangersShell(shell);
    editConfig({ registryImage, chartMirror: shell.CANARY_LAB_CHART_MIRROR }, checkout.folder);
  }, 300_000);

  afterAll(async () => {
    await second("--stack", "staging", "down");
    await second("down");
    await removeAccount?.();
    checkout.remove();
    rmSync(folder, { recursive: true, force: true });
    expect((await up()).exitCode).toBe(0);
  }, 400_000);

  test("comes up with a measured split, and says where images go and what it adds", async () => {
    const outcome = await second("up", "--context", context);
    console.log(`# up on a bare cluster, with its registry: ${outcome.seconds.toFixed(1)} s (40 on a quiet machine)`);
    expect(outcome.exitCode).toBe(0);
    expect(outcome.output).toMatch(/pushed to the cluster's own registry through its API server/);
    expect(outcome.output).toMatch(/namespace canary-lab-registry with one, and port 5101/);
    expect(outcome.stdout).toMatch(/400 requests from a pod in the mesh answered, 0 failed/);
    for (const version of ["v1", "v2"])
      expect(await imageOf(version)).toMatch(/^localhost:5101\/versioned-echo@sha256:[0-9a-f]{64}$/);
    expect(outcome.seconds).toBeLessThan(most.up);
  }, 300_000);

  test("has nothing to change then", async () => {
    const preview = await second("preview", "--markdown", "--stack", "dev");
    expect(preview.exitCode).toBe(0);
    expect(preview.stdout).toBe("No change in `dev`.");
  }, 60_000);

  test("nobody in the cluster can push into its registry", async () => {
    expect(await askRegistry("a/blobs/uploads/", "POST")).toBe("405");
  }, 30_000);

  test("an application that was changed is pushed in 10 s", async () => {
    const shell = await labShell();
    const changed = join(folder, "versioned-echo");
    cpSync(join(checkout.folder, "apps/versioned-echo"), changed, { recursive: true });
    appendFileSync(join(changed, "dist/server.mjs"), `\n// ${Date.now()}\n`);
    const built = ["build", "--quiet", "--build-arg", "APP_VERSION=v9", changed];
    const { stdout: id } = await mustRun("docker", built, { env: { ...shell, DOCKER_BUILDKIT: "0" } });
    const file = recordedEnvironment("dev")?.kubeconfig ?? "";
    const connection = await connect(selectContext(readKubeconfig(file), { context }));
    const notes: string[] = [];
    const deliverer = new ImageDeliverer({
      client: new KubeClient(file, context),
      connect: (pod, port) => connectToPod(connection, { namespace: clusterRegistry.namespace, pod, port }),
      save: async (image, to) =>
        void (await mustRun("docker", ["image", "save", "--output", to, image], { env: shell })),
      say: (line) => notes.push(line),
      isLooking: false,
    });
    const began = performance.now();
    const image = await deliverer.deliver({ id: id.trim(), reference: "versioned-echo:v9" });
    const seconds = (performance.now() - began) / 1000;
    console.log(`# push of a changed application: ${seconds.toFixed(1)} s (must be ${most.push})`, notes);
    expect(await inRegistry(image)).toBe(true);
    expect(seconds).toBeLessThan(most.push);
  }, 120_000);

  test("a registry that lost its data is filled again, and what runs is the same", async () => {
    const image = await imageOf("v1");
    await kubectl("-n", clusterRegistry.namespace, "delete", "pod", "-l", "app=registry");
    await kubectl("-n", clusterRegistry.namespace, "rollout", "status", "deployment", "registry", "--timeout=50s");
    expect(await inRegistry(image)).toBe(false);
    expect((await second("up")).exitCode).toBe(0);
    expect(await imageOf("v1")).toBe(image);
    expect(await inRegistry(image)).toBe(true);
  }, 180_000);

  test("a registry that cannot be pulled itself is told in its own words within 20 s, and mended without its back-off", async () => {
    expect((await second("config", "set", "registryImage", "localhost:1/nothing:1")).exitCode).toBe(0);
    const refused = await second("up");
    console.log(`# up that cannot pull: ${refused.seconds.toFixed(1)} s`);
    expect(refusalFault(refused, /Pods of registry cannot start: .*localhost:1/)).toBeUndefined();
    expect(refused.seconds).toBeLessThan(most.toldOfPull + most.start);
    expect((await second("config", "set", "registryImage", registryImage)).exitCode).toBe(0);
    const mended = await second("up");
    console.log(`# up after that: ${mended.seconds.toFixed(1)} s`);
    expect(mended.exitCode).toBe(0);
    expect(mended.seconds).toBeLessThan(most.up);
  }, 240_000);

  test("an account with the rights that are named, and no others, puts a stack up beside it and moves its traffic", async () => {
    const file = join(checkout.folder, "Pulumi.staging.yaml");
    const values = Object.entries((parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> }).config);
    const config = parseConfig(
      Object.fromEntries(values.map(([key, value]) => [key.replace(/^canary-lab:/, ""), value])),
    );
    const { minor } = JSON.parse(await kubectl("get", "--raw", "/version"));
    const kubeconfig = join(folder, "restricted");
    removeAccount = await makeRestrictedAccount(neededRights(config, Number.parseInt(minor, 10), "uses"), kubeconfig);
    env = { ...env, KUBECONFIG: kubeconfig };
    const outcome = await second("--stack", "staging", "up", "--context", "restricted");
    expect(outcome.exitCode).toBe(0);
    expect(await imageOf("v1", staging)).toMatch(/^localhost:5101\//);
    expect((await second("--stack", "staging", "set-traffic", "70", "30")).exitCode).toBe(0);
    expect((await second("--stack", "staging", "rollback")).exitCode).toBe(0);
    const down = await second("--stack", "staging", "down");
    expect(down.exitCode).toBe(0);
  }, 240_000);
});
