import type { Command } from "commander";
import { openLab } from "../lab.ts";
import { print, say } from "../print.ts";
import { openMove } from "../strategies/table.ts";
import { endText, showRelease } from "../watch/show-release.ts";
import { optionsOf } from "./arguments.ts";

/**
 * Shows the release that a command has begun to its end, without any lock.
 *
 * @returns whether the release was written to the config, which is a change of its own
 */
export async function followRelease(command: Command): Promise<boolean> {
  const { lab, strategy } = await openMove(openLab(optionsOf(command)));
  if (strategy.owner !== "rollout-controller") {
    print([`Nothing goes on by itself with strategy ${lab.config.strategy}: there is nothing to follow.`]);
    return false;
  }
  const watched = await showRelease(lab, strategy, say);
  const isWritten = watched.ending === "finished" && lab.config.canaryEnabled;
  print([isWritten ? await strategy.promoteFully(lab, say) : endText(watched)]);
  return isWritten;
}
