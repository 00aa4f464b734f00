import { KubeClient } from "@canary-lab/kit/kube/client";
import type { ClusterName } from "../kubeconfig-file.ts";

/** A client of the target cluster, whose errors name what a user of this lab can do about them. */
export const clientOf = ({ kubeconfig, kubeContext }: Required<ClusterName>): KubeClient =>
  new KubeClient(kubeconfig, kubeContext, {
    unreachable: "npx canaryctl up",
    context: "pulumi config set kubeContext NAME",
  });
