import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { openLab } from "../lab.ts";
import { examples, print, say } from "../print.ts";
import { openMove } from "../strategies/table.ts";
import { optionsOf } from "./arguments.ts";

export function addWatch(program: Command): void {
  program
    .command("watch")
    .description("show a release and the judge's evidence until it ends, without acting on it")
    .option("--json", "an object in each line")
    .addHelpText(
      "after",
      `
Counts the requests of both versions at their callers' proxies, each second, from when it starts on. It ends when the canary has
gone, or with Ctrl-C, which stops nothing but the watching. With a strategy whose traffic a controller moves: status --watch.
${examples("canaryctl watch", "canaryctl watch --json")}`,
    )
    .action(async (_options: unknown, command: Command) => {
      const { json = false, ...options } = optionsOf<{ readonly json?: boolean }>(command);
      const { createJudgedView } = await import("../judged/judged-view.ts");
      const { Observer, judgedRoute } = await import("../judged/observer.ts");
      const { untilInterrupted } = await import("../until-interrupted.ts");
      const open = () => openMove(openLab(options));
      const move = await open();
      if (!move.strategy.route && !json) {
        const { endText, showRelease } = await import("../watch/show-release.ts");
        print([endText(await showRelease(move.lab, move.strategy, say))]);
        return;
      }
      const observer = new Observer(move.lab, judgedRoute(move), say);
      const view = createJudgedView({ json });
      try {
        await untilInterrupted(async (signal) => {
          while (!signal.aborted) {
            const { lab } = await open();
            if (!lab.config.canaryEnabled) return;
            view.show(await observer.look(lab));
            await pause(1000, undefined, { signal }).catch(() => {});
          }
          process.exitCode = 130;
        });
      } finally {
        view.end();
      }
      if (process.exitCode !== 130 && !json) print(["The release has ended: there is no canary."]);
    });
}
