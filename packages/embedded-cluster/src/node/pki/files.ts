import { join } from "node:path";
import type { AuthorityName, CertificateName } from "./certificates.ts";

/** Path of the file that holds a certificate and its key. */
export const pemFile = (folder: string, name: CertificateName | AuthorityName): string => join(folder, `${name}.pem`);

/** Path of an authority's certificate alone: the file that others are given to trust. */
export const authorityFile = (folder: string, name: AuthorityName): string => join(folder, `${name}.crt`);

/** The key pair that signs service-account tokens. */
export const serviceAccountFiles = (folder: string) => ({
  privateKey: join(folder, "service-account.key"),
  publicKey: join(folder, "service-account.pub"),
});
