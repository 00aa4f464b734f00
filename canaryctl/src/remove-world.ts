import { chooseWorld } from "../../cluster/choose.ts";
import type { Progress } from "../../cluster/progress.ts";
import type { WorldName } from "../../cluster/world.ts";
import { parseConfig } from "../../stacks/config/parse-config.ts";
import { StackFile } from "./stack-file.ts";

/**
 * Removes the cluster that `up` made; a user's own is left alone. Without a name an embedded cluster is looked for: it is the one that
 * can outlive the folder that knows of it.
 */
export async function removeWorld(name: WorldName | undefined, progress: Progress): Promise<void> {
  if (name === "existing") return;
  if (!name && (process.platform !== "linux" || process.getuid?.() !== 0)) return;
  // A world is built from a config, and to take it away any will do.
  const config = parseConfig(new StackFile("dev").defaults());
  const { world } = await chooseWorld({ config, override: name ?? "embedded" });
  await world.down(progress);
}
