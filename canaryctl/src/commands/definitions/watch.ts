import type { Command } from "commander";
import { examples } from "../arguments.ts";

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
    .action(async (_options: unknown, command: Command) => (await import("../watch.ts")).run(command));
}
