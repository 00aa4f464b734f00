import { imageNames } from "../../images/cluster-images.ts";
import { addresses, clusterDomain } from "../network/addresses.ts";
import type { NodeSpec } from "../node-spec.ts";
import type { KubernetesObject } from "./cluster-api.ts";

const name = "coredns";
const namespace = "kube-system";
const labels = { "k8s-app": "kube-dns" };
const uid = 65_532;
/** Above 1024: a container of an ordinary user may not listen on 53. The Service translates. */
const port = 5353;

/** The cluster's names are answered from the API; all others go to the host's name servers, where it has any that pods reach. */
export function renderCorefile(nameServers: readonly string[]): string {
  const forward = nameServers.length > 0 ? ["    forward . /etc/resolv.conf"] : [];
  return [
    `.:${port} {`,
    "    errors",
    "    health {",
    "        lameduck 2s",
    "    }",
    "    ready",
    `    kubernetes ${clusterDomain} in-addr.arpa ip6.arpa {`,
    "        pods insecure",
    "        fallthrough in-addr.arpa ip6.arpa",
    "        ttl 5",
    "    }",
    ...forward,
    "    cache 5",
    "    loop",
    "}",
    "",
  ].join("\n");
}

/** The cluster's DNS: Service `kube-dns` at its well-known address, one CoreDNS behind it. */
export function renderCoreDns(spec: NodeSpec): readonly KubernetesObject[] {
  const metadata = { name, namespace, labels };
  const rbac = "rbac.authorization.k8s.io";
  return [
    { apiVersion: "v1", kind: "ServiceAccount", metadata },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRole",
      metadata: { name: "system:coredns" },
      rules: [
        { apiGroups: [""], resources: ["endpoints", "services", "pods", "namespaces"], verbs: ["list", "watch"] },
        { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["list", "watch"] },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: "ClusterRoleBinding",
      metadata: { name: "system:coredns" },
      roleRef: { apiGroup: rbac, kind: "ClusterRole", name: "system:coredns" },
      subjects: [{ kind: "ServiceAccount", name, namespace }],
    },
    { apiVersion: "v1", kind: "ConfigMap", metadata, data: { Corefile: renderCorefile(spec.host.nameServers) } },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "kube-dns", namespace, labels },
      spec: {
        clusterIP: addresses.clusterDns,
        selector: labels,
        ports: [
          { name: "dns", port: 53, protocol: "UDP", targetPort: port },
          { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: port },
        ],
      },
    },
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata,
      spec: { replicas: 1, selector: { matchLabels: labels }, template: renderPod(spec) },
    },
  ];
}

function renderPod({ tools }: NodeSpec) {
  const probe = (path: string, port: number) => ({ httpGet: { path, port }, periodSeconds: 1, timeoutSeconds: 5 });
  return {
    metadata: { labels },
    spec: {
      serviceAccountName: name,
      priorityClassName: "system-cluster-critical",
      dnsPolicy: "Default",
      tolerations: [{ operator: "Exists" }],
      securityContext: { seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name,
          image: imageNames(tools.versions).coredns,
          imagePullPolicy: "IfNotPresent",
          args: ["-conf", "/etc/coredns/Corefile"],
          ports: [
            { name: "dns", containerPort: port, protocol: "UDP" },
            { name: "dns-tcp", containerPort: port, protocol: "TCP" },
          ],
          resources: { requests: { cpu: "20m", memory: "32Mi" }, limits: { memory: "128Mi" } },
          readinessProbe: probe("/ready", 8181),
          livenessProbe: { ...probe("/health", 8080), periodSeconds: 10, failureThreshold: 5 },
          securityContext: {
            allowPrivilegeEscalation: false,
            capabilities: { drop: ["ALL"] },
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            runAsUser: uid,
          },
          volumeMounts: [{ name: "config", mountPath: "/etc/coredns", readOnly: true }],
        },
      ],
      volumes: [{ name: "config", configMap: { name, items: [{ key: "Corefile", path: "Corefile" }] } }],
    },
  };
}
