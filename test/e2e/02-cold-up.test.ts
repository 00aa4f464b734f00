import { readFileSync, statSync } from "node:fs";
import { request } from "node:https";
import { join } from "node:path";
import { loopback, loopbackPorts, nodePorts } from "@canary-lab/embedded-cluster/node/network/addresses";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { inLab } from "../../cluster/lab-folder.ts";
import type { Outcome } from "./support/command.ts";
import { kubectl, labShell, liveWeight, namespace, up } from "./support/lab.ts";
import { labAddresses } from "./support/lab-addresses.ts";
import { foreignListeners } from "./support/listeners.ts";
import { machineBefore, traceMachine, unlisted, unseen } from "./support/machine-trace.ts";
import { configuredWeight } from "./support/stack-config.ts";
import { sampleLoad, sendLoad, splitFault } from "./support/traffic.ts";

let outcome: Outcome;

beforeAll(async () => {
  outcome = await up();
}, 1_900_000);

describe("npm run up, from nothing", () => {
  test("succeeds", () => {
    expect(outcome.exitCode).toBe(0);
  });

  test("lists what it does to the system before it does it", () => {
    const bridge = outcome.output.indexOf("canary-lab0");
    expect(bridge).toBeGreaterThan(-1);
    expect(bridge).toBeLessThan(outcome.output.search(/^✔ .*node/im));
  });

  test("ends with the share wanted and seen of each version, where to look next, and the time of each stage", () => {
    expect(outcome.stdout).toMatch(new RegExp(`v1\\s.*${100 - configuredWeight()}\\s*%.*\\d+(\\.\\d+)?\\s*%`));
    expect(outcome.stdout).toMatch(new RegExp(`v2\\s.*${configuredWeight()}\\s*%.*\\d+(\\.\\d+)?\\s*%`));
    expect(outcome.stdout).toMatch(/canaryctl set-traffic/);
    expect(outcome.output).toMatch(/^✔ deploy [\d.]+ /m);
    expect(outcome.stdout).toMatch(/^It took [\d.]+ .*of which /m);
  });
});

/** Only the answer to the caller's credentials matters here; the clients of the lab do verify the certificate. */
const statusOf = (method: string, url: URL, headers: Readonly<Record<string, string>> = {}) =>
  new Promise((resolve, reject) => {
    const call = request(url, { method, headers, rejectUnauthorized: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on("error", reject).end();
  });

describe("the lab that stands", () => {
  test("routes by the configured weight", async () => {
    expect(await liveWeight()).toBe(configuredWeight());
    expect(splitFault(await sendLoad(sampleLoad), configuredWeight())).toBeUndefined();
  }, 60_000);

  test("runs every pod of the application with its sidecar, all of them ready", async () => {
    const pods = JSON.parse(
      await kubectl("get", "pods", "-n", namespace, "-l", "app=versioned-echo", "-o", "json"),
    ).items;
    expect(pods.length).toBeGreaterThanOrEqual(4);
    for (const { spec, status } of pods) {
      const names = [...spec.containers, ...(spec.initContainers ?? [])].map(({ name }: { name: string }) => name);
      expect(names).toContain("istio-proxy");
      expect(status.containerStatuses.every(({ ready }: { ready: boolean }) => ready)).toBe(true);
    }
  });

  test("pins the images of the application by digest", async () => {
    const template = "jsonpath={.items[*].spec.template.spec.containers[0].image}";
    const images = await kubectl("get", "deployments", "-n", namespace, "-l", "app=versioned-echo", "-o", template);
    for (const image of images.split(" ")) expect(image).toMatch(/@sha256:[0-9a-f]{64}$/);
  });

  test.each(["kubeconfig", "environment.json", "passphrase"])("keeps .lab/%s to its user", (file) => {
    expect(statSync(inLab(file)).mode & 0o077).toBe(0);
  });

  test("turns anonymous callers away", async () => {
    const server = new URL(await kubectl("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}"));
    expect(await statusOf("GET", new URL("/api", server))).toBe(401);
  });

  test("lets nobody push to its registry without the password, and nobody delete with it", async () => {
    const { registryHost } = labAddresses;
    const template = "jsonpath={.items[0].spec.template.spec.containers[0].image}";
    const image = await kubectl("get", "deployments", "-n", namespace, "-l", "app=versioned-echo", "-o", template);
    const [, name, digest] = /^[^/]+\/(.+)@(sha256:[0-9a-f]{64})$/.exec(image) ?? [];
    const repository = `https://${registryHost}/v2/${name}`;
    const manifest = new URL(`${repository}/manifests/${digest}`);
    const { DOCKER_CONFIG = "" } = await labShell();
    const { auths } = JSON.parse(readFileSync(join(DOCKER_CONFIG, "config.json"), "utf8"));
    const withPassword = { authorization: `Basic ${auths[registryHost].auth}` };
    const upload = new URL(`${repository}/blobs/uploads/`);
    expect(await statusOf("POST", upload)).toBe(401);
    expect(await statusOf("POST", upload, { authorization: `Basic ${btoa("canary-lab:guessed")}` })).toBe(401);
    expect(await statusOf("DELETE", manifest)).toBe(401);
    expect(await statusOf("DELETE", manifest, withPassword)).toBe(405);
    const accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
    expect(await statusOf("HEAD", manifest, { ...withPassword, accept })).toBe(200);
  });

  test("has changed nothing on the machine that its footprint does not list", () => {
    const before = machineBefore();
    expect(before && unlisted(before, traceMachine())).toEqual(before && []);
  });

  test("has made all that its footprint lists, and listens on each port that it names", () => {
    const now = traceMachine();
    expect(unseen(now)).toEqual([]);
    const named = [
      ...Object.values(nodePorts).map((port) => `tcp ${labAddresses.node}:${port}`),
      ...Object.values(loopbackPorts).map((port) => `tcp ${loopback}:${port}`),
    ];
    expect(now.listener).toEqual(expect.arrayContaining(named));
  });

  test("listens on loopback and on its own network only", () => {
    expect(foreignListeners()).toEqual([]);
  });
});
