import "reflect-metadata"; // the certificate library does not load without it
import { createPrivateKey, type webcrypto, X509Certificate } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { CertificateSpec } from "./certificates.ts";

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const day = 24 * 60 * 60 * 1000;

/** Ten years for an authority, one for what it signs; both begin an hour ago, for clocks that are set back. */
const lifetimeDays = { authority: 3650, certificate: 365 } as const;

function validity(days: number, now: number) {
  return { notBefore: new Date(now - day / 24), notAfter: new Date(now + days * day) };
}

function serialNumber(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = (bytes[0] ?? 0) & 0x7f; // positive, as RFC 5280 asks
  return Buffer.from(bytes).toString("hex");
}

const newKeys = () => crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY");
}

async function readPrivateKey(pem: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(pem).export({ format: "der", type: "pkcs8" });
  return crypto.subtle.importKey("pkcs8", new Uint8Array(der), algorithm, false, ["sign"]);
}

/**
 * A certificate and its key as one PEM text: in one file the two can never disagree, and every reader here skips the block
 * that it does not look for.
 */
async function together(certificate: x509.X509Certificate, key: webcrypto.CryptoKey): Promise<string> {
  return `${certificate.toString("pem")}\n${await privateKeyPem(key)}\n`;
}

/** A self-signed authority (certificate and key as PEM) that may sign certificates, but no further authorities. */
export async function issueAuthority(commonName: string): Promise<string> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [commonName] }],
    ...validity(lifetimeDays.authority, Date.now()),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return together(certificate, keys.privateKey);
}

/** A certificate as `spec` says and its new key, signed by `authority` (PEM of its certificate and key) at `now`. */
export async function issueCertificate(
  spec: CertificateSpec,
  authority: string,
  now: number = Date.now(),
): Promise<string> {
  const issuer = new x509.X509Certificate(new X509Certificate(authority).raw);
  const keys = await newKeys();
  const names = [
    ...(spec.dnsNames ?? []).map((value) => ({ type: "dns" as const, value })),
    ...(spec.ipAddresses ?? []).map((value) => ({ type: "ip" as const, value })),
  ];
  const subject: x509.JsonName = [{ CN: [spec.commonName] }];
  if (spec.organization !== undefined) subject.unshift({ O: [spec.organization] });
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    issuer: issuer.subjectName.toJSON(),
    subject,
    ...validity(lifetimeDays.certificate, now),
    signingAlgorithm: algorithm,
    signingKey: await readPrivateKey(authority),
    publicKey: keys.publicKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(
        spec.usages.map((usage) => x509.ExtendedKeyUsage[usage === "server" ? "serverAuth" : "clientAuth"]),
      ),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return together(certificate, keys.privateKey);
}

/** The key that signs service-account tokens: private and public part as PEM. */
export const issueServiceAccountKey = async (): Promise<string> => privateKeyPem((await newKeys()).privateKey);
