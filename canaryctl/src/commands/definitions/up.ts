import { type Command, Option } from "commander";
import { targetNames } from "../../../../cluster/target.ts";
import { examples } from "../arguments.ts";

export function addUp(program: Command): void {
  program
    .command("up")
    .description("set up the lab, or mend it: cluster, mesh, images, application, route; then measure the split")
    .addOption(
      new Option("--cluster <target>", "where it runs; by default it is chosen, and `up` says why").choices([
        ...targetNames,
      ]),
    )
    .option("--context <name>", "the cluster of this context of your kubeconfig; it is noted in the stack's file")
    .option("--registry <host>", "the registry that this cluster pulls built images from; noted as well")
    .option("--create", "make a stack that has no file yet")
    .option("--from <stack>", "with --create: make its file from this stack's; `down` removes it with the stack")
    .addHelpText(
      "after",
      examples(
        "canaryctl up",
        "canaryctl up --cluster kind",
        "canaryctl up --context docker-desktop --registry localhost:5001",
        "canaryctl up --ns team-a",
        "canaryctl --stack pr-12 up --create --from dev",
      ),
    )
    .action(async (_options: unknown, command: Command) => (await import("../up.ts")).run(command));
}
