import { KubeClient } from "@canary-lab/kit/kube/client";
import type { ClusterName } from "../kubeconfig-file.ts";

interface ClientTarget extends Required<ClusterName> {
  /** What the target cluster adds to the environment, such as NO_PROXY. */
  readonly variables?: Readonly<Record<string, string>>;
}

/** A client of the target cluster, whose errors name what a user of this lab can do about them. */
export const clientOf = ({ kubeconfig, kubeContext, variables }: ClientTarget): KubeClient =>
  new KubeClient(kubeconfig, kubeContext, {
    nextForSilence: "npx canaryctl up",
    nextForContext: "kubectl config get-contexts",
    environment: { ...process.env, ...variables },
  });
