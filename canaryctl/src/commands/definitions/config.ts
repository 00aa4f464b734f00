import type { Command } from "commander";
import { examples } from "../arguments.ts";

export function addConfig(program: Command): void {
  const config = program
    .command("config")
    .description("read and write the stack's config, as `pulumi config` does, where no `pulumi` is on PATH")
    .addHelpText(
      "after",
      examples("canaryctl config set strategy gateway-api", "canaryctl config set canaryEnabled false canaryWeight 0"),
    );
  config
    .command("set")
    .description("write values to Pulumi.<stack>.yaml; `up` applies them")
    .argument("<key-and-value...>", "keys, each with its value behind it; an object as JSON")
    .addHelpText(
      "after",
      examples("canaryctl config set canaryWeight 30", "canaryctl config set canaryEnabled false canaryWeight 0"),
    )
    .action(async (words: readonly string[], _options: unknown, command: Command) =>
      (await import("../config.ts")).set(words, command),
    );
  config
    .command("rm")
    .description("take keys out of Pulumi.<stack>.yaml, so that the project's defaults hold")
    .argument("<key...>")
    .addHelpText("after", examples("canaryctl config rm canaryReplicas"))
    .action(async (keys: readonly string[], _options: unknown, command: Command) =>
      (await import("../config.ts")).remove(keys, command),
    );
  config
    .command("get")
    .description("print a value that is in effect")
    .argument("<key>")
    .addHelpText("after", examples("canaryctl config get canaryWeight"))
    .action(async (key: string, _options: unknown, command: Command) =>
      (await import("../config.ts")).get(key, command),
    );
}
