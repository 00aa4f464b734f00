import type { ToolVersion } from "../tools.ts";

/**
 * The versions that the cluster is made for. Those of Go modules stand in their go.mod too, which a test compares; Node's is in
 * package.json alone.
 */
export const pinned: Readonly<Record<Exclude<ToolVersion, "node">, string>> = {
  kubernetes: "1.35.4",
  etcd: "3.6.8",
  helm: "3.20.2",
  coredns: "1.15.0",
  istio: "1.29.1",
  pause: "3.10.2", // the tag that this Kubernetes asks for; the program is our own
  envoy: "1.40.0",
  debian: "bookworm",
  rollouts: "1.9.1",
  prometheus: "3.15.0", // its module says 0.315.0
  prometheusOperator: "0.85.0",
  gatewayApi: "1.4.0",
  crane: "0.22.1",
};
