import type { Command } from "commander";
import { examples, wholeNumber } from "../arguments.ts";

/** Above the ports of the lab's own, and below those that systems give to connections. */
export const defaultPort = 8642;

export function addUi(program: Command): void {
  program
    .command("ui")
    .description(
      "serve a live page on this machine: the traffic of both versions, a slider that moves it, the judge's evidence",
    )
    .option("--port <number>", "port on 127.0.0.1; 0 for any free one", wholeNumber(0, 65_535), defaultPort)
    .option("--read-only", "show only, as on a projector: every act is refused")
    .option("--gateway", "serve it, to look only, through the ingress gateway at /ui as well")
    .addHelpText(
      "after",
      `
Prints the page's address, with a token, and serves it until Ctrl-C. Without --gateway nothing listens beyond 127.0.0.1. What the
page does are the commands set-traffic, promote, rollback, abort and retry, with their refusals; faults are for the lab's own service.
With --app the page begins with that service of the stack; it has a chooser for them.
With --gateway a second address, with a token of its own, shows this stack and acts on nothing. Its server listens at the address by
which pods of a cluster that the lab has made reach this machine. It needs the cluster's administrator.
${examples("canaryctl ui", "canaryctl ui --read-only --port 0", "canaryctl ui --gateway", "canaryctl --app orders ui")}`,
    )
    .action(async (_options: unknown, command: Command) => (await import("../ui.ts")).run(command));
}
