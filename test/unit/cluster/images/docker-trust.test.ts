import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issueAuthority, issueCertificate } from "@canary-lab/embedded-cluster/node/pki/issue";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { dockerTrust } from "../../../../cluster/images/docker-trust.ts";
import { type NamedImage, namedImage } from "../../../../cluster/images/image-name.ts";
import { registryReader } from "../../../../cluster/images/read-registry.ts";

let folder: string;
let authority: string;
let servers: readonly Server[];
let [host, tokens] = ["", ""];
/** What the registry asks for: a password, or a token of the other host. */
let challenge = "";
const asked: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "docker-trust-"));
  authority = await issueAuthority("a team's authority");
  const own = await issueCertificate(
    { authority: "ca", commonName: "registry", usages: ["server"], ipAddresses: ["127.0.0.1"] },
    authority,
  );
  const registry = createServer({ cert: own, key: own }, ({ headers }, response) => {
    asked.push(headers.authorization ?? "-");
    if (headers.authorization) return void response.end("the manifest");
    response.writeHead(401, { "www-authenticate": challenge }).end();
  });
  const giver = createServer({ cert: own, key: own }, (_, response) => void response.end('{"token":"one"}'));
  servers = [registry, giver];
  [host = "", tokens = ""] = await Promise.all(
    servers.map(async (server) => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return `127.0.0.1:${(server.address() as AddressInfo).port}`;
    }),
  );
});
beforeEach(() => {
  challenge = 'Basic realm="registry"';
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

/** Reads a manifest with what Docker has in these folders. */
async function read(config: string, daemon: string): Promise<string | undefined> {
  const image = namedImage(`${host}/team/app@sha256:${"0".repeat(64)}`) as NamedImage;
  // A registry on loopback is asked by HTTP otherwise.
  const reader = registryReader(
    { ...image, registry: `https://${host}` },
    dockerTrust({ DOCKER_CONFIG: config }, daemon),
  );
  return (await reader("manifests/v1", 100))?.toString();
}

/** A folder as Docker has it. */
function dockerFolder(
  name: string,
  of: { readonly authority?: string; readonly auth?: string; readonly for?: string },
) {
  const place = join(folder, name);
  const { authority, auth } = of;
  if (auth) writePrivateFile(join(place, "config.json"), JSON.stringify({ auths: { [host]: { auth } } }));
  if (authority) writePrivateFile(join(place, "certs.d", of.for ?? host, "ca.crt"), authority);
  return place;
}

describe("a registry with a certificate of a private authority", () => {
  test("is read with the authority and the credentials that Docker has of it", async () => {
    const ours = dockerFolder("both", { authority, auth: "bmFtZTpwYXNz" });
    expect(await read(ours, "/nowhere")).toBe("the manifest");
    expect(asked).toEqual(["-", "Basic bmFtZTpwYXNz"]);
    const login = dockerFolder("login", { auth: "bmFtZTpwYXNz" });
    expect(await read(login, dockerFolder("daemon", { authority }))).toBe("the manifest");
  });

  test("is not believed without it, nor by one of another registry", async () => {
    const login = dockerFolder("login", { auth: "bmFtZTpwYXNz" });
    asked.splice(0);
    await expect(read(login, "/nowhere")).rejects.toThrow(/does not answer: .*certificate/);
    const other = dockerFolder("other", { authority, auth: "bmFtZTpwYXNz", for: "registry.example" });
    await expect(read(other, "/nowhere")).rejects.toThrow(/does not answer: .*certificate/);
    expect(asked).toEqual([]);
  });

  test("is trusted for its own host alone: who gives its tokens needs a folder too", async () => {
    challenge = `Bearer realm="https://${tokens}/token"`;
    const ours = dockerFolder("tokens", { authority, auth: "bmFtZTpwYXNz" });
    await expect(read(ours, "/nowhere")).rejects.toThrow(/does not answer: .*certificate/);
    expect(await read(ours, dockerFolder("of-tokens", { authority, for: tokens }))).toBe("the manifest");
    expect(asked.at(-1)).toBe("Bearer one");
  });

  test("is believed as before where a file beside its authority is none", async () => {
    const ours = dockerFolder("with-key", { authority, auth: "bmFtZTpwYXNz" });
    writeFileSync(join(ours, "certs.d", host, "client.key"), "no certificate");
    expect(await read(ours, "/nowhere")).toBe("the manifest");
  });
});
