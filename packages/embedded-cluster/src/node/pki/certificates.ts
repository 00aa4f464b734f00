import { type ClusterAddresses, clusterDomain, loopback, nodeName } from "../network/addresses.ts";

/** The lab's certificate authorities. One that signs for clients of a server is trusted by that server and by no other. */
export const authorityNames = ["ca", "etcd-ca", "front-proxy-ca"] as const;
export type AuthorityName = (typeof authorityNames)[number];

/** One certificate to issue: pure data, so that a test can read what the lab will claim about whom. */
export interface CertificateSpec {
  readonly authority: AuthorityName;
  /** Kubernetes reads it as the user's name. */
  readonly commonName: string;
  /** Kubernetes reads it as the user's group. */
  readonly organization?: string;
  /** What the key may be used for: to serve, to call, or both (etcd's peer). */
  readonly usages: readonly ("server" | "client")[];
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

const client = (commonName: string, organization?: string): CertificateSpec => ({
  authority: "ca",
  commonName,
  ...(organization === undefined ? {} : { organization }),
  usages: ["client"],
});

const loopbackServer = (authority: AuthorityName, commonName: string): CertificateSpec => ({
  authority,
  commonName,
  usages: ["server"],
  dnsNames: ["localhost"],
  ipAddresses: [loopback],
});

/** The group of the API server where it calls the kubelet: a role is bound to it, for the API server's own user is in no group. */
export const kubeletAdministrators = "canary-lab:kubelet-api-admins";

/** The user who reads what NetworkPolicies are about: a role is bound to it. */
export const policyReader = "canary-lab:network-policies";

/** Every certificate of the node, by the name of its file. */
export const certificates = (addresses: ClusterAddresses) =>
  ({
    etcd: { ...loopbackServer("etcd-ca", "etcd"), usages: ["server", "client"] },
    "apiserver-etcd-client": { ...client("kube-apiserver-etcd-client"), authority: "etcd-ca" },
    apiserver: {
      authority: "ca",
      commonName: "kube-apiserver",
      usages: ["server"],
      dnsNames: [
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        `kubernetes.default.svc.${clusterDomain}`,
        nodeName,
        "localhost",
      ],
      ipAddresses: [addresses.node, addresses.kubernetesService, loopback],
    },
    "apiserver-kubelet-client": client("kube-apiserver-kubelet-client", kubeletAdministrators),
    "front-proxy-client": { ...client("front-proxy-client"), authority: "front-proxy-ca" },
    "controller-manager": client("system:kube-controller-manager"),
    "controller-manager-serving": loopbackServer("ca", "kube-controller-manager"),
    scheduler: client("system:kube-scheduler"),
    "scheduler-serving": loopbackServer("ca", "kube-scheduler"),
    kubelet: client(`system:node:${nodeName}`, "system:nodes"),
    "kubelet-serving": {
      authority: "ca",
      commonName: `system:node:${nodeName}`,
      organization: "system:nodes",
      usages: ["server"],
      dnsNames: [nodeName],
      ipAddresses: [addresses.node],
    },
    "kube-proxy": client("system:kube-proxy"),
    "network-policies": client(policyReader),
    admin: client("canary-lab:admin", "system:masters"),
    registry: {
      authority: "ca",
      commonName: "registry",
      usages: ["server"],
      dnsNames: ["localhost"],
      ipAddresses: [addresses.node, loopback],
    },
  }) as const satisfies Readonly<Record<string, CertificateSpec>>;

export type CertificateName = keyof ReturnType<typeof certificates>;
