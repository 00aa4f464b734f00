import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { copyImage } from "../../canaryctl/src/stack/copy-image.ts";
import type { Environment } from "../../cluster/target.ts";
import { recordedEnvironment } from "../../stacks/lab-records.ts";
import { freePort } from "./support/bucket.ts";
import { start } from "./support/command.ts";
import { describePart } from "./support/describe-part.ts";
import { kubectl, namespace, requireLab } from "./support/lab.ts";
import { crane, toolFolder } from "./support/tools.ts";
import { until } from "./support/until.ts";

// The lab's registry asks for a password and has a certificate of the lab's own authority; the other one is a team's, with neither.

const folder = mkdtempSync(join(tmpdir(), "registry-"));
const next = "npx canaryctl stack promote dev staging";
let other: { readonly host: string; stop(): Promise<void> } | undefined;
let from: Environment;
let ways: Parameters<typeof copyImage>[1];
let path: string;

/** A second registry, by the program that the lab's own is. */
async function startRegistry(program: string) {
  const host = `127.0.0.1:${await freePort()}`;
  const file = join(folder, "registry.yaml");
  const storage = { filesystem: { rootdirectory: join(folder, "data") } };
  writeFileSync(file, JSON.stringify({ version: 0.1, log: { level: "error" }, storage, http: { addr: host } }));
  const server = start(program, ["serve", file], { timeoutSeconds: 600 });
  const answers = async () => (await fetch(`http://${host}/v2/`).catch(() => undefined))?.ok === true;
  await until("the other registry answers", answers, { seconds: 20 });
  let isRunning = true;
  return {
    host,
    async stop() {
      if (isRunning) process.kill(-server.pid, "SIGKILL");
      isRunning = false;
      await server.finished;
    },
  };
}

/** What a digest may be of: one platform's image, or a list of them, as Docker and as OCI name it. A registry changes others to fit. */
const manifests = [
  "docker.distribution.manifest.v2",
  "docker.distribution.manifest.list.v2",
  "oci.image.manifest.v1",
  "oci.image.index.v1",
].map((kind) => `application/vnd.${kind}+json`);

/** What the stable pods run, by its digest. */
const stableImage = () =>
  kubectl("-n", namespace, "get", "deployment", "versioned-echo-v1", "-o", "jsonpath={..containers[0].image}");

describePart("two registries", () => {
  beforeAll(async () => {
    await requireLab();
    const recorded = recordedEnvironment("dev");
    if (!recorded) throw new Error("The lab has no record of dev.");
    from = recorded;
    ways = { from, to: { ...from, imageRegistry: "", variables: { DOCKER_CONFIG: folder } } };
    path = [await toolFolder(crane), process.env.PATH ?? ""].join(delimiter);
    const registry = from.path.map((each) => join(each, "registry")).find(existsSync);
    other = await startRegistry(registry ?? "registry");
  }, 300_000);

  afterAll(async () => {
    await other?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("the very image that runs is copied to the other registry, by its digest, with crane", async () => {
    const image = await stableImage();
    const digest = /sha256:[0-9a-f]{64}$/.exec(image)?.[0] ?? "";
    expect(image).toBe(`${from.imageRegistry}/versioned-echo@${digest}`);
    await copyImage({ from: image, to: `${other?.host}/team/echo:promoted`, next }, ways, { PATH: path });
    const answer = await fetch(`http://${other?.host}/v2/team/echo/manifests/promoted`, {
      method: "HEAD",
      headers: { accept: manifests.join(", ") },
    });
    expect([answer.status, answer.headers.get("docker-content-digest")]).toEqual([200, digest]);
  }, 60_000);

  test("an image that is not there is refused with the registry's words, and a registry that is gone by name", async () => {
    const absent = `${from.imageRegistry}/versioned-echo@sha256:${"0".repeat(64)}`;
    const copy = { from: absent, to: `${other?.host}/team/echo:absent`, next };
    await expect(copyImage(copy, ways, { PATH: path })).rejects.toThrow(/MANIFEST_UNKNOWN|not found|unknown/i);
    await other?.stop();
    const late = { from: await stableImage(), to: `${other?.host}/team/echo:late`, next };
    await expect(copyImage(late, ways, { PATH: path })).rejects.toMatchObject({ place: late.to });
  }, 60_000);
});
