import { UserError } from "@canary-lab/kit/user-error";
import { existingPlatform, isOwner } from "../../../stacks/platform-parts.ts";
import type { Lab } from "../lab.ts";

/** A stack that has a file, and that no `up` has put into the backend: there is nothing that a preview could compare with. */
export function notInBackend({ stackFile, config }: Pick<Lab, "stackFile" | "config">): UserError {
  const { stack, name } = stackFile;
  return new UserError(
    `Stack ${stack} is not in the backend yet. Its first update makes all of it: namespace ${config.namespace}, ${platformText(config)}.`,
    { place: name, next: "npx canaryctl up" },
  );
}

function platformText(config: Lab["config"]): string {
  if (isOwner(config)) return "with a platform of its own";
  return config.platform === existingPlatform
    ? "on the platform that is in the cluster"
    : `on the platform of stack ${config.platform}`;
}
