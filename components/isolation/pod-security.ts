const label = (mode: "enforce" | "audit" | "warn") => `pod-security.kubernetes.io/${mode}`;

/**
 * The labels by which the API server writes each pod that is not `restricted` into its audit log, and warns whoever makes a workload with
 * such pods.
 *
 * @param isEnforced whether such pods are refused as well
 */
export const podSecurityLabels = (isEnforced: boolean): Readonly<Record<string, string>> => ({
  [label("audit")]: "restricted",
  [label("warn")]: "restricted",
  ...(isEnforced && { [label("enforce")]: "restricted" }),
});

/** Why not, for people. */
export const notEnforced = (namespace: string): string =>
  `Pod Security restricted is not enforced in namespace ${namespace}, but audited and warned of: Istio's init container sets up the network of each pod, for which it needs NET_ADMIN and NET_RAW; with istioCni true in the stack that installs the mesh, an agent on the node does`;

/** Whether pods that are not `restricted` are refused in a namespace with these labels. */
export const isEnforcedBy = (labels: Readonly<Record<string, string>>): boolean =>
  labels[label("enforce")] === "restricted";
