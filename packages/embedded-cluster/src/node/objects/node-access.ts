import { kubeletAdministrators, policyReader } from "../pki/certificates.ts";
import type { KubernetesObject } from "./cluster-api.ts";

const apiGroup = "rbac.authorization.k8s.io";

/** What the node's own programs may do beside what Kubernetes grants them by itself. */
export const renderNodeAccess = (): readonly KubernetesObject[] => [
  // Lets the API server use the kubelet's API: without it `kubectl logs` and `exec` are forbidden.
  {
    apiVersion: `${apiGroup}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: "canary-lab:kubelet-api-admins" },
    roleRef: { apiGroup, kind: "ClusterRole", name: "system:kubelet-api-admin" },
    subjects: [{ apiGroup, kind: "Group", name: kubeletAdministrators }],
  },
  {
    apiVersion: `${apiGroup}/v1`,
    kind: "ClusterRole",
    metadata: { name: policyReader },
    rules: [
      { apiGroups: ["networking.k8s.io"], resources: ["networkpolicies"], verbs: ["list", "watch"] },
      { apiGroups: [""], resources: ["namespaces", "pods"], verbs: ["list", "watch"] },
    ],
  },
  {
    apiVersion: `${apiGroup}/v1`,
    kind: "ClusterRoleBinding",
    metadata: { name: policyReader },
    roleRef: { apiGroup, kind: "ClusterRole", name: policyReader },
    subjects: [{ apiGroup, kind: "User", name: policyReader }],
  },
];
