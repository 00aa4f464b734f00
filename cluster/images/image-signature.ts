import { createHash, type KeyObject, verify } from "node:crypto";
import { type ReadRegistry, RegistryFailure } from "./read-registry.ts";

/** What came of looking for a signature. */
export type SignatureVerdict = "signed" | "no signature" | "another key";

const payloadType = "application/vnd.dev.cosign.simplesigning.v1+json";
const signatureAnnotation = "dev.cosignproject.cosign/signature";
const mostOfManifest = 1_048_576;
const mostOfPayload = 65_536;
/** Each is a request. */
const mostSignatures = 50;

/** A layer of the manifest that holds an image's signatures, as far as it is of the form that cosign documents. */
interface SignatureLayer {
  readonly digest: string;
  readonly signature: Buffer;
}

/**
 * Whether one of these keys signed an image, as cosign's SIGNATURE_SPEC.md has it: each layer of the manifest `sha256-HEX.sig` in the
 * image's repository is a payload that names the image's digest, and its signature is an annotation. Bundles are not read.
 *
 * @throws RegistryFailure where the registry does not say, or says more than a signature may take
 */
export async function signatureOf(
  digest: string,
  keys: readonly KeyObject[],
  read: ReadRegistry,
): Promise<SignatureVerdict> {
  const manifest = await read(`manifests/${digest.replace(":", "-")}.sig`, mostOfManifest);
  const layers = manifest === undefined ? [] : layersOf(manifest);
  if (layers.length > mostSignatures)
    throw new RegistryFailure(`has ${layers.length} signatures of it, and at most ${mostSignatures} are read`);
  for (const { digest: blob, signature } of layers) {
    const payload = await read(`blobs/${blob}`, mostOfPayload);
    if (payload === undefined || digestOf(payload) !== blob || namedIn(payload) !== digest) continue;
    if (keys.some((key) => isBy(key, payload, signature))) return "signed";
  }
  return layers.length === 0 ? "no signature" : "another key";
}

function layersOf(manifest: Buffer): readonly SignatureLayer[] {
  const layers = (jsonOf(manifest) as { readonly layers?: unknown } | null)?.layers;
  return (Array.isArray(layers) ? layers : []).flatMap((layer) => {
    const { mediaType, digest, annotations } = Object(layer) as Readonly<Record<string, unknown>>;
    const signature = (Object(annotations) as Readonly<Record<string, unknown>>)[signatureAnnotation];
    const isSignature = mediaType === payloadType && typeof signature === "string";
    return isSignature && typeof digest === "string" && /^sha256:[0-9a-f]{64}$/.test(digest)
      ? [{ digest, signature: Buffer.from(signature, "base64") }]
      : [];
  });
}

/** The digest that a payload is about. */
function namedIn(payload: Buffer): unknown {
  const read = jsonOf(payload) as {
    readonly critical?: { readonly image?: Readonly<Record<string, unknown>> };
  } | null;
  return read?.critical?.image?.["docker-manifest-digest"];
}

function jsonOf(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString());
  } catch {
    return undefined;
  }
}

const digestOf = (content: Buffer): string => `sha256:${createHash("sha256").update(content).digest("hex")}`;

/** Ed25519 has its own digest. */
function isBy(key: KeyObject, payload: Buffer, signature: Buffer): boolean {
  return verify(key.asymmetricKeyType === "ed25519" ? null : "sha256", payload, key, signature);
}
