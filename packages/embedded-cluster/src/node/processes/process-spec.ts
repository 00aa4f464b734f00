import type { AuthorityName, CertificateName } from "../pki/certificates.ts";

/** How to see that a process does its work; asked every 100 ms. */
export type Readiness =
  /** An https request is answered with 200; the server's certificate is verified. */
  | {
      readonly kind: "https";
      readonly url: string;
      readonly authority: AuthorityName;
      readonly certificate?: CertificateName;
    }
  /** A plain request on loopback is answered with 200. */
  | { readonly kind: "http"; readonly url: string }
  /** A Unix socket accepts connections; with `path`, a request there is answered with 200. */
  | { readonly kind: "socket"; readonly socket: string; readonly path?: string }
  /** The Node object says Ready. */
  | { readonly kind: "node" };

/** One process of the node, rendered from the NodeSpec alone. */
export interface ProcessSpec {
  /** Also the name of its log and of its pid record. */
  readonly name: ProcessName;
  /** Program (absolute path) and arguments. No secret is ever among them. */
  readonly argv: readonly string[];
  /** Added to a small, fixed environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders that must be there. */
  readonly folders?: readonly string[];
  /** Files that it reads and that are written (0600) before it starts: path and content. */
  readonly files?: Readonly<Record<string, string>>;
  /** JSON files that are written (0600) where they are not there whole: others add to them while it runs. */
  readonly seeds?: Readonly<Record<string, string>>;
  /** Links that are made before it starts: path and target. */
  readonly links?: Readonly<Record<string, string>>;
  /** Files that it leaves when it is killed, and that would keep the next one from starting. */
  readonly stale?: readonly string[];
  /** Files and folders with what it stores, each of another name. Where it ends at once with them, it is tried without. */
  readonly data?: readonly string[];
  /** Folder in its data with files that are named by their content: checked before a start, for the process itself does not. */
  readonly blobs?: string;
  /** Files that others write and that it reads once: a new content asks for a restart, as a new argument does. */
  readonly reads?: readonly string[];
  /** Processes that must be ready before this one starts. */
  readonly after: readonly ProcessName[];
  readonly ready: Readiness;
  /** How long it may take to be ready before `up` gives up, in seconds. */
  readonly readySeconds: number;
}

/** Every process of the node, in the order in which `down` stops them: first who starts things, last who keeps them. */
export const processNames = [
  "kubelet",
  "kube-controller-manager",
  "kube-scheduler",
  "kube-proxy",
  "kube-network-policies",
  "dockerd",
  "containerd",
  "registry",
  "kube-apiserver",
  "etcd",
] as const;
export type ProcessName = (typeof processNames)[number];
