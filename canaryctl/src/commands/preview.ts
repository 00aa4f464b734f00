import type { Command } from "commander";
import { withConfigCopy } from "../engine/config-copy.ts";
import { refuseBlindPreview } from "../existing-cluster/refuse-unfit-cluster.ts";
import { openLab } from "../lab.ts";
import { UsageError } from "../usage-error.ts";
import { optionsOf } from "./arguments.ts";

interface PreviewOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
  readonly detailedExitcode?: boolean;
  /** Every `--stack` of the command line, in order. */
  readonly stacks?: readonly string[];
}

export async function run(command: Command): Promise<void> {
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
    throw wrongFormat("Several stacks and --detailed-exitcode need a form for programs.", "with --markdown or --json");
  const lab = openLab(options);
  lab.mustBeNamed?.(lab.config);
  if (lab.state?.exists() === false) throw (await import("../preview/not-in-backend.ts")).notInBackend(lab);
  await refuseBlindPreview(lab);
  await withConfigCopy(lab.stackFile, (copy) => lab.engine.preview(copy));
}

const wrongFormat = (cause: string, allowed: string): UsageError =>
  new UsageError(cause, { allowed, next: "npx canaryctl preview --markdown" });
