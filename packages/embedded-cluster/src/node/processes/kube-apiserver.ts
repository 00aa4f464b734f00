import { join } from "node:path";
import { clusterDomain, nodePorts } from "../network/addresses.ts";
import type { NodeSpec } from "../node-spec.ts";
import { authorityFile, pemFile, serviceAccountFiles } from "../pki/files.ts";
import { auditFlags, renderAuditPolicy } from "./audit.ts";
import { etcdServers } from "./etcd.ts";
import type { ProcessSpec } from "./process-spec.ts";

/** The API server on the lab's bridge: pods reach it through `kubernetes.default`, the host directly, nobody else at all. */
export function renderApiServer({ layout, addresses, tools }: NodeSpec): ProcessSpec {
  const pem = (name: Parameters<typeof pemFile>[1]) => pemFile(layout.pki, name);
  const authority = (name: Parameters<typeof authorityFile>[1]) => authorityFile(layout.pki, name);
  const serviceAccount = serviceAccountFiles(layout.pki);
  const auditPolicy = join(layout.config, "audit-policy.yaml");
  const reads = [
    pem("apiserver"),
    pem("apiserver-etcd-client"),
    pem("apiserver-kubelet-client"),
    pem("front-proxy-client"),
    authority("ca"),
    authority("etcd-ca"),
    authority("front-proxy-ca"),
    serviceAccount.privateKey,
    serviceAccount.publicKey,
  ];
  return {
    name: "kube-apiserver",
    argv: [
      join(tools.bin, "kube-apiserver"),
      `--bind-address=${addresses.node}`,
      `--advertise-address=${addresses.node}`,
      `--secure-port=${nodePorts.apiServer}`,
      `--cert-dir=${join(layout.state, "kube-apiserver")}`,
      `--tls-cert-file=${pem("apiserver")}`,
      `--tls-private-key-file=${pem("apiserver")}`,
      `--etcd-servers=${etcdServers}`,
      `--etcd-cafile=${authority("etcd-ca")}`,
      `--etcd-certfile=${pem("apiserver-etcd-client")}`,
      `--etcd-keyfile=${pem("apiserver-etcd-client")}`,
      "--anonymous-auth=false",
      `--client-ca-file=${authority("ca")}`,
      "--authorization-mode=Node,RBAC",
      "--enable-admission-plugins=NodeRestriction",
      "--allow-privileged=true",
      `--kubelet-certificate-authority=${authority("ca")}`,
      `--kubelet-client-certificate=${pem("apiserver-kubelet-client")}`,
      `--kubelet-client-key=${pem("apiserver-kubelet-client")}`,
      // The node's name is in no DNS.
      "--kubelet-preferred-address-types=InternalIP",
      `--requestheader-client-ca-file=${authority("front-proxy-ca")}`,
      "--requestheader-allowed-names=front-proxy-client",
      "--requestheader-extra-headers-prefix=X-Remote-Extra-",
      "--requestheader-group-headers=X-Remote-Group",
      "--requestheader-username-headers=X-Remote-User",
      `--proxy-client-cert-file=${pem("front-proxy-client")}`,
      `--proxy-client-key-file=${pem("front-proxy-client")}`,
      `--service-account-issuer=https://kubernetes.default.svc.${clusterDomain}`,
      `--service-account-key-file=${serviceAccount.publicKey}`,
      `--service-account-signing-key-file=${serviceAccount.privateKey}`,
      `--service-cluster-ip-range=${addresses.serviceNetwork}`,
      "--profiling=false",
      ...auditFlags(layout, auditPolicy),
    ],
    files: { [auditPolicy]: renderAuditPolicy() },
    folders: [join(layout.state, "kube-apiserver")],
    reads,
    after: ["etcd"],
    ready: { kind: "https", url: `${addresses.apiServerUrl}/readyz`, authority: "ca", certificate: "admin" },
    readySeconds: 90,
  };
}
