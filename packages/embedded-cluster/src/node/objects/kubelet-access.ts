import { kubeletAdministrators } from "../pki/certificates.ts";
import type { KubernetesObject } from "./cluster-api.ts";

/** Lets the API server use the kubelet's API: without it `kubectl logs` and `exec` are forbidden. */
export const renderKubeletAccess = (): readonly KubernetesObject[] => [
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "canary-lab:kubelet-api-admins" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "system:kubelet-api-admin" },
    subjects: [
      {
        apiGroup: "rbac.authorization.k8s.io",
        kind: "Group",
        name: kubeletAdministrators,
      },
    ],
  },
];
