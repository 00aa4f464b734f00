import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { imageOf } from "../../src/docker/image.ts";
import { isLost, registryAuth } from "../../src/docker/registry.ts";

const registry = "registry.test:5000";
const reference = `${registry}/team/echo@sha256:${"ab".repeat(32)}`;
const image = imageOf({ imageName: `${registry}/team/echo:v1` });

let folder: string;
let daemon: Server;
let asked: IncomingMessage[];
let answer: { readonly status: number; readonly message: string };

/** A Docker daemon that answers the one question of this file. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "canary-lab-registry-"));
  asked = [];
  daemon = createServer((request, response) => {
    asked.push(request);
    response.writeHead(answer.status).end(JSON.stringify({ message: answer.message }));
  });
  await new Promise<void>((resolve) => daemon.listen(join(folder, "docker.sock"), resolve));
});
afterEach(async () => {
  await new Promise((resolve) => daemon.close(resolve));
  rmSync(folder, { recursive: true });
});

const environment = () => ({ DOCKER_HOST: `unix://${join(folder, "docker.sock")}`, DOCKER_CONFIG: folder });

describe("an image that was pushed", () => {
  test.each([
    [404, "manifest unknown: manifest unknown", true],
    [404, "name unknown: repository name not known to registry", true],
    [404, "page not found", false], // a daemon that cannot be asked this
    [200, "", false],
    [401, "no basic auth credentials", false],
    [500, "dial tcp: connection refused", false],
  ])("whose registry answers %i, %j is lost: %j", async (status, message, lost) => {
    answer = { status, message };
    expect(await isLost(reference, image, environment())).toBe(lost);
    expect(asked[0]?.url).toBe(`/distribution/${reference}/json`);
  });

  test("is not lost where the daemon does not answer, or is asked by other ways than a socket", async () => {
    expect(await isLost(reference, image, { DOCKER_HOST: `unix://${join(folder, "none.sock")}` })).toBe(false);
    expect(await isLost(reference, image, { DOCKER_HOST: "tcp://127.0.0.1:1" })).toBe(false);
  });
});

test("an image that was never pushed is not asked for", async () => {
  expect(await isLost(`sha256:${"ab".repeat(32)}`, image, environment())).toBe(false);
  expect(asked).toEqual([]);
});

describe("the registry's credentials", () => {
  const config = JSON.stringify({ auths: { [registry]: { auth: Buffer.from("me:a:b").toString("base64") } } });
  const decode = (header: unknown) => JSON.parse(Buffer.from(String(header), "base64url").toString());

  test("are taken from Docker's configuration", async () => {
    answer = { status: 200, message: "" };
    writeFileSync(join(folder, "config.json"), config);
    await isLost(reference, image, environment());
    const header = asked[0]?.headers["x-registry-auth"];
    expect(String(header).length % 4).toBe(0); // padded, or the daemon does not read it
    const sent = decode(header);
    expect(sent).toEqual({ username: "me", password: "a:b", serveraddress: registry });
  });

  test("are none where there are none for this registry", () => {
    expect(registryAuth(config, "other.test")).toEqual({});
    expect(registryAuth("", registry)).toEqual({});
  });
});
