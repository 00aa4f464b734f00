import { readFileSync } from "node:fs";
import { text as textOf } from "node:stream/consumers";
import { UserError } from "@canary-lab/kit/user-error";
import { say } from "../print.ts";

export interface CommentOptions {
  readonly pullRequest?: number;
  readonly key: string;
}

/** Bytes: GitHub takes 65,536 characters, and the marker is among them. */
const longestText = 65_000;

export async function run(file: string | undefined, { pullRequest, key }: CommentOptions): Promise<void> {
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
