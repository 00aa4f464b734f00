import type { Progress } from "@canary-lab/kit/progress";
import { createTarget } from "../../cluster/choose.ts";
import { hasKindLab } from "../../cluster/kind/kind.ts";
import type { TargetName } from "../../cluster/target.ts";
import { parseConfig } from "../../stacks/config/parse-config.ts";
import { StackFile } from "./stack-file.ts";
import { targetRequest } from "./target-request.ts";

/**
 * Removes the cluster that `up` made; a user's own is left alone. Without a name a cluster is looked for that outlived the folder that
 * knows of it: a kind one in Docker, or an embedded one.
 *
 * @returns whether a kind cluster was found without a name, and is gone
 */
export async function removeTarget(name: TargetName | undefined, progress: Progress): Promise<boolean> {
  if (name === "existing") return false;
  if (name) {
    await remove(name, progress);
    return false;
  }
  const hadKind = await hasKindLab();
  if (hadKind) await remove("kind", progress);
  if (process.platform === "linux" && process.getuid?.() === 0) await remove("embedded", progress);
  return hadKind && !(await hasKindLab());
}

async function remove(name: TargetName, progress: Progress): Promise<void> {
  // A target cluster is built from a config, and to take it away any will do.
  const config = parseConfig(new StackFile("dev").defaults());
  const target = await createTarget(name, targetRequest(config), "it is taken away");
  await target.down(progress);
}
