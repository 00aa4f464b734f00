import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import type { ClusterAddresses } from "../network/addresses.ts";
import {
  type AuthorityName,
  authorityNames,
  type CertificateName,
  type CertificateSpec,
  certificates,
} from "./certificates.ts";
import { authorityFile, pemFile, serviceAccountFiles } from "./files.ts";

/** A certificate that has less than this left is issued anew. */
const renewBefore = 30 * 24 * 60 * 60 * 1000;

const usageOids = { server: "1.3.6.1.5.5.7.3.1", client: "1.3.6.1.5.5.7.3.2" } as const;

/** Why `pem` cannot be used for `spec` any more, or undefined where it can. */
export function unusable(
  pem: string,
  spec: CertificateSpec,
  authority: X509Certificate,
  now: number = Date.now(),
): string | undefined {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
    if (!certificate.checkPrivateKey(createPrivateKey(pem))) return "the key is another one's";
  } catch {
    return "it cannot be read";
  }
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey))
    return "another authority signed it";
  if (expiresSoon(certificate, now)) return "it expires soon";
  const subject = [...(spec.organization ? [`O=${spec.organization}`] : []), `CN=${spec.commonName}`].join("\n");
  if (certificate.subject !== subject) return "its subject differs";
  const names = [
    ...(spec.dnsNames ?? []).map((name) => `DNS:${name}`),
    ...(spec.ipAddresses ?? []).map((ip) => `IP Address:${ip}`),
  ].join(", ");
  if ((certificate.subjectAltName ?? "") !== names) return "its names differ";
  const usages = spec.usages.map((usage) => usageOids[usage]);
  if ([...certificate.keyUsage].sort().join() !== usages.sort().join()) return "its usages differ";
  return undefined;
}

const expiresSoon = (certificate: X509Certificate, now: number): boolean =>
  certificate.validToDate.getTime() - now < renewBefore;

function readUsableAuthority(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const pem = readFileSync(file, "utf8");
  try {
    const certificate = new X509Certificate(pem);
    const usable =
      certificate.ca && certificate.checkPrivateKey(createPrivateKey(pem)) && !expiresSoon(certificate, Date.now());
    return usable ? pem : undefined;
  } catch {
    return undefined; // not a certificate: as good as none
  }
}

async function ensureAuthority(folder: string, name: AuthorityName): Promise<string> {
  const file = pemFile(folder, name);
  let pem = readUsableAuthority(file);
  if (pem === undefined) {
    const { issueAuthority } = await import("./issue.ts");
    pem = await issueAuthority(`canary-lab ${name}`);
    writePrivateFile(file, pem);
  }
  // Derived, so written each time: a kill between the two files cannot leave them apart.
  writePrivateFile(authorityFile(folder, name), new X509Certificate(pem).toString());
  return pem;
}

async function ensureCertificate(
  folder: string,
  name: CertificateName,
  spec: CertificateSpec,
  authorityPem: string,
): Promise<void> {
  const file = pemFile(folder, name);
  const authority = new X509Certificate(authorityPem);
  if (existsSync(file) && unusable(readFileSync(file, "utf8"), spec, authority) === undefined) return;
  const { issueCertificate } = await import("./issue.ts");
  writePrivateFile(file, await issueCertificate(spec, authorityPem));
}

async function ensureServiceAccountKeys(folder: string): Promise<void> {
  const files = serviceAccountFiles(folder);
  if (publicKeyOf(files.privateKey) === undefined) {
    const { issueServiceAccountKey } = await import("./issue.ts");
    writePrivateFile(files.privateKey, await issueServiceAccountKey());
  }
  const publicKey = publicKeyOf(files.privateKey) ?? "";
  if (readIfThere(files.publicKey) !== publicKey) writePrivateFile(files.publicKey, publicKey);
}

/** Undefined where the file is not there, or holds no key. */
function publicKeyOf(privateKeyFile: string): string | undefined {
  try {
    return createPublicKey(readFileSync(privateKeyFile)).export({ type: "spki", format: "pem" }).toString();
  } catch {
    return undefined;
  }
}

/** Makes every key and certificate of the node that is missing, about to expire or not as wanted; keeps the others. */
export async function ensurePki(folder: string, addresses: ClusterAddresses): Promise<void> {
  const authorities = new Map<AuthorityName, string>();
  for (const name of authorityNames) authorities.set(name, await ensureAuthority(folder, name));
  const specs = certificates(addresses);
  for (const name of Object.keys(specs) as CertificateName[]) {
    const spec = specs[name];
    await ensureCertificate(folder, name, spec, authorities.get(spec.authority) ?? "");
  }
  await ensureServiceAccountKeys(folder);
}
