import type { KubeClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import { readIfAllowed } from "../../../cluster/kube/read-if-allowed.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { isOwner } from "../../../stacks/platform-parts.ts";

interface NodeList {
  readonly items: readonly {
    readonly spec: { readonly unschedulable?: boolean };
    readonly status: { readonly nodeInfo: { readonly architecture: string; readonly operatingSystem: string } };
  }[];
}

/** For which Istio publishes its images. */
const architectures = ["amd64", "arm64"];

/** Why no node can run the mesh; undefined where one can, where there is none yet, or where the account may not read nodes. */
export async function nodesFault(
  client: Pick<KubeClient, "get">,
  config: Pick<LabConfig, "platform">,
  context: string,
): Promise<UserError | undefined> {
  if (!isOwner(config)) return undefined;
  const nodes = await readIfAllowed<NodeList>(client, "/api/v1/nodes");
  if (!nodes?.items.length) return undefined; // an autoscaler makes the first one when there are pods for it
  const open = nodes.items.filter(({ spec }) => !spec.unschedulable).map(({ status }) => status.nodeInfo);
  const fits = open.some(
    ({ operatingSystem, architecture }) => operatingSystem === "linux" && architectures.includes(architecture),
  );
  if (fits) return undefined;
  const found = [...new Set(open.map(({ operatingSystem, architecture }) => `${operatingSystem}/${architecture}`))];
  return new UserError(
    `No node of the cluster can run the mesh: it has ${found.join(", ") || "none that takes pods"}.`,
    {
      allowed: `a node that takes pods, of ${architectures.map((name) => `linux/${name}`).join(" or ")}`,
      next: `kubectl ${context} get nodes --label-columns kubernetes.io/os,kubernetes.io/arch`,
    },
  );
}
