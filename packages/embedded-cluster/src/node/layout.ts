import { join } from "node:path";

/** Where the node keeps things: absolute paths inside its home. */
export interface NodeLayout {
  /** The cluster's folder. */
  readonly home: string;
  /** Cluster state; gone after `down`. */
  readonly state: string;
  /** Data that a process could not start with, kept for whoever wants to look at it; gone after `down`. */
  readonly damaged: string;
  /** Pid records and sockets; gone after `down`. */
  readonly run: string;
  readonly logs: string;
  /** The programs of this cluster; it stays after `down`, which needs them. */
  readonly bin: string;
  readonly pki: string;
  /** Rendered configuration files. */
  readonly config: string;
  /** The pod network's configuration, and the plugins that it names. Agents of the cluster, such as Istio's, add theirs to both. */
  readonly cniConfiguration: string;
  readonly cniPlugins: string;
  /** The user's kubeconfig: context `canary-lab`, cluster administrator. */
  readonly kubeconfig: string;
  readonly containerdSocket: string;
  readonly dockerSocket: string;
  /** Certificate (no key) of the authority that signed the API server and the registry. */
  readonly caCertificate: string;
}

/** @param home an absolute path */
export function nodeLayout(home: string): NodeLayout {
  return {
    home,
    state: join(home, "node"),
    damaged: join(home, "node", "damaged"),
    run: join(home, "run"),
    logs: join(home, "logs"),
    bin: join(home, "bin"),
    pki: join(home, "node", "pki"),
    config: join(home, "node", "config"),
    cniConfiguration: join(home, "node", "config", "cni"),
    cniPlugins: join(home, "node", "cni-plugins"),
    kubeconfig: join(home, "kubeconfig"),
    containerdSocket: join(home, "run", "containerd.sock"),
    dockerSocket: join(home, "run", "docker.sock"),
    caCertificate: join(home, "node", "pki", "ca.crt"),
  };
}
