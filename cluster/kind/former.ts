import { UserError } from "@canary-lab/kit/user-error";
import type { Command, Mark } from "./commands.ts";

/*
 * Earlier versions of the lab put a registry beside the nodes. Its cluster pulls from there alone, so it can be taken down and not be used.
 */

/** The ids of the registry's container, stopped or running. */
export const findRegistry: Command = {
  file: "docker",
  args: ["ps", "--all", "--quiet", "--no-trunc", "--filter", "label=canary-lab.id"],
  seconds: 30,
};

/** In the node: how to reach that registry, with the mark of the lab in a comment. */
export const registryFolder = "/etc/containerd/certs.d";

/** What the labels of the registry say. */
export function markOf({ labels }: { readonly labels: Readonly<Record<string, string>> }): Mark {
  const { "canary-lab.id": id = "", "canary-lab.home": home = "", "canary-lab.host": host = "" } = labels;
  return { id, home, host };
}

export const formerCluster = (containers: readonly string[]): UserError =>
  new UserError("The kind cluster is of an earlier version of the lab, which put a registry beside it.", {
    place: `Docker container ${containers.join(", ")}`,
    allowed: "a new cluster, without what is in this one",
    next: "npx canaryctl down && npx canaryctl up",
  });
