import { createHash, type KeyObject, sign } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export const digestOf = (content: string): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** What is signed of an image, as cosign writes it. */
export const payloadOf = (digest: string): string =>
  JSON.stringify({
    critical: {
      identity: { "docker-reference": "" },
      image: { "docker-manifest-digest": digest },
      type: "cosign container image signature",
    },
    optional: null,
  });

export const signed = (payload: string, key: KeyObject): string =>
  sign(key.asymmetricKeyType === "ed25519" ? null : "sha256", Buffer.from(payload), key).toString("base64");

/** A registry on loopback that holds signatures of `team/app`, and only reads. */
export async function signedRegistry() {
  const contents = new Map<string, string>();
  const requests: string[] = [];
  let wanted: string | undefined;
  const server = createServer((request, response) => {
    const { url = "", headers } = request;
    requests.push(`${url} ${headers.authorization ?? "-"}`);
    if (url.startsWith("/token"))
      return void (headers.authorization === `Basic ${wanted}`
        ? response.end('{"token":"one"}')
        : response.writeHead(403).end());
    if (wanted !== undefined && headers.authorization !== "Bearer one") {
      const realm = `http://${headers.host}/token`;
      return void response
        .writeHead(401, { "www-authenticate": `Bearer realm="${realm}",service="registry",scope="any"` })
        .end();
    }
    const found = contents.get(url.replace("/v2/team/app/", ""));
    if (found?.startsWith("to:")) return void response.writeHead(307, { location: found.slice(3) }).end();
    if (found === undefined) return void response.writeHead(404).end();
    response.end(found);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const tagOf = (digest: string): string => `manifests/${digest.replace(":", "-")}.sig`;
  return {
    address,
    contents,
    requests,
    tagOf,
    /** Asks for a token from now on, and gives one for these credentials. */
    protect: (credentials: string) => {
      wanted = credentials;
    },
    /** Holds signatures of an image. @param layers payloads with what stands as their signatures */
    hold: (digest: string, ...layers: readonly (readonly [payload: string, signature: string])[]) => {
      for (const [payload] of layers) contents.set(`blobs/${digestOf(payload)}`, payload);
      const manifest = {
        schemaVersion: 2,
        layers: layers.map(([payload, signature]) => ({
          mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
          digest: digestOf(payload),
          size: payload.length,
          annotations: { "dev.cosignproject.cosign/signature": signature },
        })),
      };
      contents.set(tagOf(digest), JSON.stringify(manifest));
    },
    close: () => new Promise((done) => server.close(done)),
  };
}
