import { type Command, InvalidArgumentError } from "commander";
import { examples, wholeNumber } from "../arguments.ts";
import type { CommentOptions } from "../comment.ts";

export function addComment(program: Command): void {
  program
    .command("comment")
    .description("put a text into one comment of a pull request, or a note of a merge request, and renew it there")
    .argument("[file]", "the text; by default standard input")
    .option("--pull-request <number>", "by default the one that the CI job is about", wholeNumber(1, 999_999))
    .option("--key <key>", "tells comments of different jobs apart", key, "preview")
    .addHelpText(
      "after",
      `
On GitHub it needs GITHUB_REPOSITORY, GITHUB_TOKEN and, without --pull-request, GITHUB_REF; on GitLab CI_PROJECT_ID, CI_API_V4_URL,
GITLAB_TOKEN and CI_MERGE_REQUEST_IID. Jobs have all of them but the token, which is read from the environment only.
${examples("canaryctl preview --markdown --stack dev --stack prod > preview.md", "canaryctl comment preview.md")}`,
    )
    .action(async (file: string | undefined, options: CommentOptions) =>
      (await import("../comment.ts")).run(file, options),
    );
}

function key(value: string): string {
  if (/^[A-Za-z0-9_.-]{1,50}$/.test(value)) return value;
  throw new InvalidArgumentError("Allowed: 1 to 50 letters, digits, and . _ -");
}
