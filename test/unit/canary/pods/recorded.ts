import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { PodMaker, PodObject } from "../../../../canary/pods/pod-object.ts";
import type { StartCause } from "../../../../canary/pods/start-fault.ts";

interface Recorded {
  readonly makers: readonly PodMaker[];
  readonly pods: readonly PodObject[];
  readonly cause: StartCause;
  /** Part of the cluster's words. */
  readonly words: string;
}

type Name =
  | "quota"
  | "limitRange"
  | "podSecurity"
  | "policy"
  | "serviceAccount"
  | "image"
  | "imageName"
  | "secret"
  | "crash"
  | "unschedulable";

/** The statuses of a ReplicaSet and its pods on the embedded cluster (Kubernetes 1.36), while something kept the pods from starting. */
export const recorded: Readonly<Record<Name, Recorded>> = JSON.parse(
  readFileSync(join(import.meta.dirname, "recorded.json"), "utf8"),
);
