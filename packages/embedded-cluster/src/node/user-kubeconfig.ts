import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { renderEmbeddedKubeconfig } from "./kubeconfig.ts";
import type { NodeSpec } from "./node-spec.ts";
import { authorityFile, pemFile } from "./pki/files.ts";

/** Writes the kubeconfig of the user: the cluster's administrator, by the certificate that is in the folder of certificates. */
export function writeUserKubeconfig({ layout, addresses }: Pick<NodeSpec, "layout" | "addresses">): void {
  const pem = readFileSync(pemFile(layout.pki, "admin"), "utf8");
  const kubeconfig = renderEmbeddedKubeconfig({
    server: addresses.apiServerUrl,
    user: "canary-lab-admin",
    authority: readFileSync(authorityFile(layout.pki, "ca"), "utf8"),
    certificate: new X509Certificate(pem).toString(),
    privateKey: createPrivateKey(pem).export({ format: "pem", type: "pkcs8" }).toString(),
  });
  writePrivateFile(layout.kubeconfig, kubeconfig);
}
