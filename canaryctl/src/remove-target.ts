import type { Progress } from "@canary-lab/kit/progress";
import { createTarget } from "../../cluster/choose.ts";
import type { TargetName } from "../../cluster/target.ts";
import { parseConfig } from "../../stacks/config/parse-config.ts";
import { StackFile } from "./stack-file.ts";
import { targetRequest } from "./target-request.ts";

/**
 * Removes the cluster that `up` made; a user's own is left alone. Without a name an embedded cluster is looked for: it is the one that
 * can outlive the folder that knows of it.
 */
export async function removeTarget(name: TargetName | undefined, progress: Progress): Promise<void> {
  if (name === "existing") return;
  if (!name && (process.platform !== "linux" || process.getuid?.() !== 0)) return;
  // A target cluster is built from a config, and to take it away any will do.
  const config = parseConfig(new StackFile("dev").defaults());
  const target = await createTarget(name ?? "embedded", targetRequest(config), "it is taken away");
  await target.down(progress);
}
