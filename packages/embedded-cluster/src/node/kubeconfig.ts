import { stringify } from "yaml";
import { nodeName } from "./network/addresses.ts";

/** Who calls which API server; `authority` and `certificate` are paths, or PEM texts in `embedded`. */
export interface KubeconfigSpec {
  readonly server: string;
  readonly user: string;
  readonly authority: string;
  /** PEM file with the client's certificate and key. */
  readonly certificate: string;
}

function render(server: string, user: string, cluster: object, credentials: object): string {
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: nodeName, cluster: { server, ...cluster } }],
    users: [{ name: user, user: credentials }],
    contexts: [{ name: nodeName, context: { cluster: nodeName, user } }],
    "current-context": nodeName,
  });
}

/** A kubeconfig that refers to its files: for the node's own processes. */
export function renderKubeconfig(spec: KubeconfigSpec): string {
  return render(
    spec.server,
    spec.user,
    { "certificate-authority": spec.authority },
    { "client-certificate": spec.certificate, "client-key": spec.certificate },
  );
}

/** A kubeconfig that holds everything itself: for the user, who may copy it. */
export function renderEmbeddedKubeconfig(spec: KubeconfigSpec & { readonly privateKey: string }): string {
  const base64 = (text: string) => Buffer.from(text).toString("base64");
  return render(
    spec.server,
    spec.user,
    { "certificate-authority-data": base64(spec.authority) },
    { "client-certificate-data": base64(spec.certificate), "client-key-data": base64(spec.privateKey) },
  );
}
