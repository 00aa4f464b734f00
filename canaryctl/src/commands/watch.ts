import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { exitCodes } from "../exit-codes.ts";
import { createJudgedView } from "../judged/judged-view.ts";
import { countedRoute, judgedRoute, Observer } from "../judged/observer.ts";
import { openLab, reread } from "../lab.ts";
import { print, say } from "../print.ts";
import { type Move, openMove } from "../strategies/table.ts";
import { untilInterrupted } from "../until-interrupted.ts";
import { endText, showRelease } from "../watch/show-release.ts";
import { optionsOf } from "./arguments.ts";

const betweenLooksMilliseconds = 1000;

export async function run(command: Command): Promise<void> {
  const { json = false, ...options } = optionsOf<{ readonly json?: boolean }>(command);
  const move = await openMove(openLab(options));
  if (!countedRoute(move) && !json) print([endText(await showRelease(move.lab, move.strategy, say))]);
  else if (!(await watchJudged(move, json))) process.exitCode = exitCodes.interrupted;
  else if (!json) print(["The release has ended: there is no canary."]);
}

/** Shows a release until its canary has gone. @returns false where the user has seen enough */
async function watchJudged(move: Move, json: boolean): Promise<boolean> {
  const observer = new Observer(move.lab, judgedRoute(move), say);
  const view = createJudgedView({ json });
  try {
    return await untilInterrupted(async (signal) => {
      while (!signal.aborted) {
        const lab = reread(move.lab);
        if (!lab.config.canaryEnabled) return true;
        view.show(await observer.look(lab));
        await pause(betweenLooksMilliseconds, undefined, { signal }).catch(() => {});
      }
      return false;
    });
  } finally {
    view.end();
  }
}
