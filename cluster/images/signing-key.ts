import { createPublicKey, type KeyObject } from "node:crypto";

export const signingKeyForms =
  "a public key in PEM, or the base64 of that in one line: ECDSA P-256 (as cosign makes it), RSA from 2048 bits on, Ed25519";

/** The key of a PEM text, or of its base64; undefined for what is not of {@link signingKeyForms}. */
export function signingKey(text: string): KeyObject | undefined {
  const pem = text.includes("-----") ? text.trim() : Buffer.from(text, "base64").toString().trim();
  // Node would take the public half of a private key, which has no place in a config.
  if (!/^-----BEGIN PUBLIC KEY-----\n[^-]+-----END PUBLIC KEY-----$/.test(pem.replaceAll("\r", ""))) return undefined;
  try {
    const key = createPublicKey(pem);
    const { namedCurve, modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
    const isKnown =
      key.asymmetricKeyType === "ed25519" ||
      (key.asymmetricKeyType === "ec" && namedCurve === "prime256v1") ||
      (key.asymmetricKeyType === "rsa" && modulusLength >= 2048);
    return isKnown ? key : undefined;
  } catch {
    return undefined;
  }
}
