import type { Command } from "commander";
import { withConfigCopy } from "../engine/config-copy.ts";
import { openLab } from "../lab.ts";
import { examples } from "../print.ts";
import { UsageError } from "../usage-error.ts";
import { optionsOf } from "./arguments.ts";

interface PreviewOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly detailedExitcode?: boolean;
  /** Every `--stack` of the command line, in order. */
  readonly stacks?: readonly string[];
}

const exitCodes = `
With --markdown or --json it may be about several stacks, and its exit code is for CI:
  0  each preview was made, whether something changes or not
  1  an update would be refused (a guard, the config's rules, a policy), or a preview failed
  2  something changes; only with --detailed-exitcode, and 0 is then no change. A wrong command line is 2 too, with nothing printed
  3  a preview could not be made here: no cluster, no passphrase, a permission is missing, no such stack, or one
     that no \`up\` has made yet. It says nothing of the change
Secrets are masked. The text stays below 64,000 bytes, which a comment of GitHub or GitLab can hold.
`;

export function addPreview(program: Command): void {
  program
    .command("preview")
    .description("show what `up` would change in the cluster, value by value, and change nothing")
    .option("--markdown", "as a text for a pull request: traffic first, then risks, resources, and values folded away")
    .option("--json", "as JSON, with the same content")
    .option("--detailed-exitcode", "exit code 2 where something changes, with --markdown or --json")
    .addHelpText(
      "after",
      exitCodes +
        examples(
          "canaryctl preview",
          "canaryctl preview --markdown --stack dev --stack prod",
          "canaryctl preview --json --detailed-exitcode --stack prod",
        ),
    )
    .action(async (_options: unknown, command: Command) => {
      const { json, markdown, detailedExitcode, stacks = [], ...options } = optionsOf<PreviewOptions>(command);
      if (json || markdown) {
        if (json && markdown) throw wrongFormat("--json and --markdown are two forms of one text.", "one of the two");
        const { previewStacks } = await import("../preview/preview-stacks.ts");
        const { exitCodeOf } = await import("../preview/exit-code.ts");
        const digests = await previewStacks([...new Set(stacks.length > 0 ? stacks : [options.stack])], options);
        const { previewMarkdown } = await import("../preview/markdown.ts");
        const { previewJson } = await import("../preview/json.ts");
        process.stdout.write(markdown ? previewMarkdown(digests) : `${previewJson(digests)}\n`);
        process.exitCode = exitCodeOf(digests, detailedExitcode === true);
        return;
      }
      if (detailedExitcode || stacks.length > 1)
        throw wrongFormat(
          "Several stacks and --detailed-exitcode need a form for programs.",
          "with --markdown or --json",
        );
      const lab = openLab(options);
      lab.mustBeNamed?.(lab.config);
      if (lab.state?.exists() === false) throw (await import("../preview/not-in-backend.ts")).notInBackend(lab);
      await withConfigCopy(lab.stackFile, (copy) => lab.engine.preview(copy));
    });
}

const wrongFormat = (cause: string, allowed: string): UsageError =>
  new UsageError(cause, { allowed, next: "npx canaryctl preview --markdown" });
