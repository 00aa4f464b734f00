import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type NamedImage, namedImage } from "../../../../cluster/images/image-name.ts";
import { signatureOf } from "../../../../cluster/images/image-signature.ts";
import { registryReader } from "../../../../cluster/images/read-registry.ts";
import { digestOf, payloadOf, signed, signedRegistry } from "./signed-registry.ts";

const pairs = {
  "ECDSA P-256": generateKeyPairSync("ec", { namedCurve: "prime256v1" }),
  Ed25519: generateKeyPairSync("ed25519"),
  RSA: generateKeyPairSync("rsa", { modulusLength: 2048 }),
};
const ours = pairs["ECDSA P-256"];
const other = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
const digest = digestOf("an image");
const payload = payloadOf(digest);

let registry: Awaited<ReturnType<typeof signedRegistry>>;
beforeEach(async () => {
  registry = await signedRegistry();
});
afterEach(() => registry.close());

const verdict = (keys = [ours.publicKey], credentials?: string) => {
  const image = namedImage(`${registry.address}/team/app:v1@${digest}`) as NamedImage;
  return signatureOf(
    digest,
    keys,
    registryReader(image, {
      credentials: (account) => (account === registry.address ? credentials : undefined),
      authorities: () => [],
    }),
  );
};

describe("an image is signed", () => {
  test.each(Object.entries(pairs))("by a key of %s", async (_, { publicKey, privateKey }) => {
    registry.hold(digest, [payload, signed(payload, privateKey)]);
    expect(await verdict([other.publicKey, publicKey])).toBe("signed");
    expect(await verdict([other.publicKey])).toBe("another key");
  });

  test("by the second of two signatures", async () => {
    registry.hold(digest, [payload, signed(payload, other.privateKey)], [payload, signed(payload, ours.privateKey)]);
    expect(await verdict()).toBe("signed");
  });

  test("where a token is asked for, with the credentials of the registry, which go no further", async () => {
    registry.hold(digest, [payload, signed(payload, ours.privateKey)]);
    const blob = `blobs/${digestOf(payload)}`;
    registry.contents.set(blob, `to:http://${registry.address}/v2/team/app/moved`);
    registry.contents.set("moved", payload);
    registry.protect("bmFtZTpwYXNz");
    await expect(verdict()).rejects.toThrow("gives no token, and answers 403");
    // The double asks for a token at the new place as well, which no credentials are sent to.
    await expect(verdict(undefined, "bmFtZTpwYXNz")).rejects.toThrow("answers 401");
    expect(registry.requests.at(-1)).toBe("/v2/team/app/moved -");
    registry.contents.set(blob, payload);
    expect(await verdict(undefined, "bmFtZTpwYXNz")).toBe("signed");
  });
});

describe("an image is not signed", () => {
  test("without the tag of its signatures", async () => {
    expect(await verdict()).toBe("no signature");
  });

  test.each([
    ["no JSON", "<html>"],
    ["null", "null"],
    ["layers that are no list", '{"layers":{"a":1}}'],
    ["layers of another kind", '{"layers":[null,1,{"mediaType":"x","digest":"sha256:0"}]}'],
  ])("by a manifest that is %s", async (_, manifest) => {
    registry.contents.set(registry.tagOf(digest), manifest);
    expect(await verdict()).toBe("no signature");
  });

  test("by a payload that was changed after it was signed", async () => {
    const changed = payload.replace("null", "{}");
    registry.hold(digest, [changed, signed(payload, ours.privateKey)]);
    expect(await verdict()).toBe("another key");
  });

  test("by a blob that is not the layer's", async () => {
    const signature = signed(payload, ours.privateKey);
    registry.hold(digest, [`${payload} `, signature]);
    registry.contents.set(`blobs/${digestOf(`${payload} `)}`, payload);
    expect(await verdict()).toBe("another key");
  });

  test("by the signature of another image", async () => {
    const foreign = payloadOf(digestOf("another image"));
    registry.hold(digest, [foreign, signed(foreign, ours.privateKey)]);
    expect(await verdict()).toBe("another key");
  });

  test.each(["no base64 of anything", ""])("by the signature %j", async (signature) => {
    registry.hold(digest, [payload, signature]);
    expect(await verdict()).toBe("another key");
  });
});

describe("nobody knows", () => {
  test("where the registry wants credentials that are not there", async () => {
    registry.protect("bmFtZTpwYXNz");
    await expect(verdict()).rejects.toThrow("gives no token, and answers 403");
  });

  test("where nothing answers", async () => {
    const image = namedImage(`127.0.0.1:1/team/app@${digest}`) as NamedImage;
    const asked = signatureOf(
      digest,
      [ours.publicKey],
      registryReader(image, { credentials: () => undefined, authorities: () => [] }),
    );
    await expect(asked).rejects.toThrow(/does not answer: .*ECONNREFUSED/);
  });

  test("where a manifest or a payload is too large to be one", async () => {
    registry.contents.set(registry.tagOf(digest), " ".repeat(1_048_577));
    await expect(verdict()).rejects.toThrow("more than the 1048576 bytes");
    const large = payload + " ".repeat(65_536);
    registry.hold(digest, [large, signed(large, ours.privateKey)]);
    await expect(verdict()).rejects.toThrow("more than the 65536 bytes");
  });

  test("where there are too many signatures", async () => {
    registry.hold(digest, ...Array.from({ length: 51 }, () => [payload, "AA=="] as const));
    await expect(verdict()).rejects.toThrow("has 51 signatures of it");
    expect(registry.requests).toHaveLength(1);
  });

  test("where a registry leads from HTTPS to HTTP", async () => {
    registry.contents.set(registry.tagOf(digest), "to:ftp://elsewhere/manifest");
    await expect(verdict()).rejects.toThrow("leads to ftp://elsewhere/manifest, which is not HTTPS");
  });
});

test.each([
  ["app", "https://registry-1.docker.io", "library/app"],
  ["team/app:v1", "https://registry-1.docker.io", "team/app"],
  ["docker.io/app", "https://registry-1.docker.io", "library/app"],
  ["registry.example:5000/a/b/c:v1", "https://registry.example:5000", "a/b/c"],
  ["localhost:5000/app:v1", "http://localhost:5000", "app"],
  ["127.0.0.1.example/app", "https://127.0.0.1.example", "app"],
])("the image %s is in %s", (name, at, repository) => {
  expect(namedImage(`${name}@${digest}`)).toMatchObject({ registry: at, repository, digest });
  expect(namedImage(name)).toBeUndefined();
});
