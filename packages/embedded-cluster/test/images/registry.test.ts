import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { ShippableImage } from "../../src/images/archive.ts";
import { renderImage } from "../../src/images/image.ts";
import { measureLayer } from "../../src/images/layers.ts";
import { pushImage, type RegistryAccess, repositoryIn } from "../../src/images/registry.ts";
import { issueAuthority, issueCertificate } from "../../src/node/pki/issue.ts";

let authority: string;
let certificate: string;
beforeAll(async () => {
  authority = await issueAuthority("test");
  certificate = await issueCertificate(
    { authority: "ca", commonName: "registry", ipAddresses: ["127.0.0.1"], usages: ["server"] },
    authority,
  );
});

let folder: string;
let server: Server;
let access: RegistryAccess;
/** What the registry holds, by the path under which it answers. */
let held: Map<string, Buffer>;
let requests: string[];

const credentials = { username: "lab", password: "secret" };
const digestOf = (bytes: Uint8Array) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;

/** A registry as the OCI distribution specification has it, as far as a push goes. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = "", url = "" } = request;
  requests.push(`${method} ${url.replace(/sha256[:%3A]+[0-9a-f]{64}/, "DIGEST")}`);
  const body = await buffer(request);
  if (request.headers.authorization !== `Basic ${Buffer.from("lab:secret").toString("base64")}`)
    return void response.writeHead(401).end("who are you");
  if (method === "HEAD") return void response.writeHead(held.has(url) ? 200 : 404).end();
  if (method === "POST") return void response.writeHead(202, { location: "https://elsewhere/upload/1?state=a" }).end();
  const digest = new URL(url, "https://registry").searchParams.get("digest");
  if (digest !== null && digest !== digestOf(body)) return void response.writeHead(400).end("digest invalid");
  held.set(digest === null ? url : `/v2/library/node/blobs/${digest}`, body);
  response.writeHead(201).end();
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "registry-"));
  [held, requests] = [new Map(), []];
  server = createServer({ cert: certificate, key: certificate }, (request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  access = {
    host,
    authority,
    credentials,
    layers: join(folder, "layers"),
    advice: { first: "read the log", next: "cluster up" },
  };
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await new Promise((resolve) => server.close(resolve));
});

async function image(): Promise<ShippableImage> {
  const file = join(folder, "base.tar");
  writeFileSync(file, "base");
  const sources = [{ tar: file }];
  const name = "docker.io/library/node:24-slim";
  const layers = [await measureLayer(sources[0] as { tar: string })];
  return { name, rendered: renderImage({ name, description: name, layers: sources }, layers), sources };
}

describe("an image that is pushed", () => {
  test("has its own configuration, and compressed layers", async () => {
    const pushed = await image();
    await pushImage(pushed, access);
    const manifest = JSON.parse(String(held.get("/v2/library/node/manifests/24-slim")));
    expect(manifest.config.digest).toBe(pushed.rendered.config.digest);
    expect(String(held.get(`/v2/library/node/blobs/${manifest.config.digest}`))).toBe(pushed.rendered.config.text);
    const [layer] = manifest.layers;
    expect(layer.mediaType).toBe("application/vnd.oci.image.layer.v1.tar+gzip");
    const bytes = held.get(`/v2/library/node/blobs/${layer.digest}`) as Buffer;
    expect(layer.size).toBe(bytes.length);
    expect(gunzipSync(bytes).toString()).toBe("base");
  });

  test("sends what the registry has no second time", async () => {
    await pushImage(await image(), access);
    requests = [];
    await pushImage(await image(), access);
    expect(requests).toEqual([
      "HEAD /v2/library/node/blobs/DIGEST",
      "HEAD /v2/library/node/blobs/DIGEST",
      "PUT /v2/library/node/manifests/24-slim",
    ]);
  });

  test("is refused with the registry's own words", async () => {
    const stranger = { ...access, credentials: { username: "lab", password: "guessed" } };
    await expect(pushImage(await image(), stranger)).rejects.toMatchObject({
      message: expect.stringMatching(/refused .*: 401/),
      place: access.host,
      next: "cluster up",
    });
  });

  test("goes to no registry that its authority did not sign for", async () => {
    const other = { ...access, authority: await issueAuthority("other") };
    await expect(pushImage(await image(), other)).rejects.toThrow(/does not answer: .*certificate/i);
    expect(requests).toEqual([]);
  });
});

test.each([
  ["docker.io/library/node:24-slim", { repository: "library/node", tag: "24-slim" }],
  ["quay.io/argoproj/argo-rollouts:v1.9.1", { repository: "argoproj/argo-rollouts", tag: "v1.9.1" }],
])("%s keeps its name without the registry", (name, wanted) => {
  expect(repositoryIn(name)).toEqual(wanted);
});
