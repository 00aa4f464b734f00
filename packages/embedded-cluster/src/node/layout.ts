import { join } from "node:path";

/** Where the node keeps things: absolute paths, all of them inside one lab folder. */
export interface NodeLayout {
  /** The lab folder itself. */
  readonly lab: string;
  /** Cluster state; gone after `down`. */
  readonly state: string;
  /** Pid records and sockets; gone after `down`. */
  readonly run: string;
  readonly logs: string;
  /** The programs of this cluster; it stays after `down`, which needs them. */
  readonly bin: string;
  readonly pki: string;
  /** Rendered configuration files. */
  readonly config: string;
  /** The user's kubeconfig: context `canary-lab`, cluster administrator. */
  readonly kubeconfig: string;
  readonly containerdSocket: string;
  readonly dockerSocket: string;
  /** Certificate (no key) of the authority that signed the API server and the registry. */
  readonly caCertificate: string;
}

/** Layout of the node in `lab`, an absolute path. */
export function nodeLayout(lab: string): NodeLayout {
  return {
    lab,
    state: join(lab, "node"),
    run: join(lab, "run"),
    logs: join(lab, "logs"),
    bin: join(lab, "bin"),
    pki: join(lab, "node", "pki"),
    config: join(lab, "node", "config"),
    kubeconfig: join(lab, "kubeconfig"),
    containerdSocket: join(lab, "run", "containerd.sock"),
    dockerSocket: join(lab, "run", "docker.sock"),
    caCertificate: join(lab, "node", "pki", "ca.crt"),
  };
}
