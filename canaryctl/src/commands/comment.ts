import { readFileSync } from "node:fs";
import { text as textOf } from "node:stream/consumers";
import { UserError } from "@canary-lab/kit/user-error";
import { type Command, InvalidArgumentError } from "commander";
import { examples, say } from "../print.ts";
import { wholeNumber } from "./arguments.ts";

interface CommentOptions {
  readonly pullRequest?: number;
  readonly key: string;
}

/** Bytes: GitHub takes 65,536 characters, and the marker is among them. */
const longestText = 65_000;

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
    .action(async (file: string | undefined, { pullRequest, key }: CommentOptions) => {
      const { commentPlace } = await import("../comment/comment-place.ts");
      const place = commentPlace(process.env, pullRequest);
      const text = await read(file);
      const { markerOf, putComment } = await import("../comment/put-comment.ts");
      const comments =
        place.at === "github"
          ? (await import("../comment/github.ts")).githubComments(place)
          : (await import("../comment/gitlab.ts")).gitlabComments(place);
      const put = await putComment(comments, markerOf(key), text.replaceAll(place.token, "[secret]"));
      say(`The comment of request ${place.number} is ${put}.`);
    });
}

function key(value: string): string {
  if (/^[A-Za-z0-9_.-]{1,50}$/.test(value)) return value;
  throw new InvalidArgumentError("Allowed: 1 to 50 letters, digits, and . _ -");
}

async function read(file: string | undefined): Promise<string> {
  const place = file ?? "standard input";
  const next = "npx canaryctl preview --markdown";
  let text: string;
  try {
    text = file === undefined ? await textOf(process.stdin) : readFileSync(file, "utf8");
  } catch (cause) {
    throw new UserError(`The text cannot be read: ${(cause as Error).message}`, { place, next, cause });
  }
  if (text.trim() === "") throw new UserError("There is no text to comment.", { place, next });
  const size = Buffer.byteLength(text);
  if (size <= longestText) return text;
  const allowed = `${longestText} bytes at most, which canaryctl preview keeps to`;
  throw new UserError(`The text has ${size} bytes, and a comment holds fewer.`, { place, allowed, next });
}
