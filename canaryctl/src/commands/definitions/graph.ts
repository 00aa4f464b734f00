import { type Command, InvalidArgumentError, Option } from "commander";
import { examples } from "../arguments.ts";

export function addGraph(program: Command): void {
  program
    .command("graph")
    .description(
      "draw what is deployed: gateway, routes with their weights, services, subsets, pods, and what makes them",
    )
    .addOption(
      new Option(
        "--format <format>",
        "mermaid for a block in Markdown, or svg; by default what --output says, else mermaid",
      ).choices(["mermaid", "svg"]),
    )
    .option("--output <file>", "a file whose name ends in .svg or .mmd; one that is there is replaced", drawing)
    .addHelpText(
      "after",
      `
Drawn from the objects in the cluster as they are, whatever the config says. Dashed is what is named and not there, what matches no pod, and
what is not ready.
${examples("canaryctl graph", "canaryctl graph --output deployed.svg", "canaryctl graph --format svg > deployed.svg")}`,
    )
    .action(async (_options: unknown, command: Command) => (await import("../graph.ts")).run(command));
}

function drawing(text: string): string {
  if (/[^/\\]\.(svg|mmd)$/.test(text)) return text;
  throw new InvalidArgumentError("Allowed: a file whose name ends in .svg or .mmd.");
}
