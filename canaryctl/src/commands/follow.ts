import type { Command } from "commander";
import { openLab } from "../lab.ts";
import { print, say } from "../print.ts";
import { openMove } from "../strategies/table.ts";
import { endText, showRelease } from "../watch/show-release.ts";
import { optionsOf } from "./arguments.ts";

/** What can begin a release, or a part of one, that goes on without the command. */
export const addFollowFlag = (command: Command): Command =>
  command.option(
    "--follow",
    "then show a Rollout's release until it ends or waits for a person, and write it to the config where it is finished; Ctrl-C leaves it running",
  );

export const isFollowed = (command: Command): boolean => command.opts<{ readonly follow?: boolean }>().follow === true;

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
