import { randomUUID } from "node:crypto";
import { UserError } from "@canary-lab/kit/user-error";
import { Octokit } from "@octokit/core";
import { paginateRest } from "@octokit/plugin-paginate-rest";
import { retry } from "@octokit/plugin-retry";
import { throttling } from "@octokit/plugin-throttling";
import { limitIn } from "./github-limit.ts";
import { type Comment, type Comments, usualRetryLimits } from "./put-comment.ts";

export interface GithubPlace {
  /** Such as `https://api.github.com`. */
  readonly api: string;
  readonly token: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly number: number;
}

const Client = Octokit.plugin(paginateRest, retry, throttling);

/** The comments of a pull request. Limits, primary and secondary, are waited for as GitHub asks; failures of the server are tried again. */
export function githubComments(place: GithubPlace, limits = usualRetryLimits): Comments {
  const { api, token, repository, number } = place;
  const [owner = "", repo = ""] = repository.split("/");
  const isWaited = (seconds: number, _request: object, _octokit: unknown, count: number): boolean =>
    count < limits.retries && seconds <= limits.longestWait;
  const octokit = new Client({
    auth: token,
    baseUrl: api,
    userAgent: "canary-lab",
    log: { debug() {}, info() {}, warn() {}, error() {} },
    retry: {
      // As an option of a request, the number would hold for every failure, and each be repeated at once.
      retries: limits.retries,
      retryAfterBaseValue: limits.second,
      // A limit is the other plugin's: this one would repeat a 429 after a second, whenever the limit ends.
      doNotRetry: [400, 401, 403, 404, 410, 422, 429, 451],
    },
    // An id of its own: the plugin would let all clients of a process wait in one queue.
    throttle: {
      id: randomUUID(),
      onRateLimit: isWaited,
      onSecondaryRateLimit: isWaited,
      retryAfterBaseValue: limits.second,
    },
  });
  const at = { owner, repo };
  const one = (id: number) => ({ ...at, comment_id: id });
  return {
    list: () =>
      told(place, async () => {
        const comments = await octokit.paginate("GET /repos/{owner}/{repo}/issues/{issue_number}/comments", {
          ...at,
          issue_number: number,
          per_page: 100,
        });
        return comments.map(({ id, body = "" }): Comment => ({ id: Number(id), body }));
      }),
    create: (body) =>
      told(place, async () => {
        const path = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
        await octokit.request(path, { ...at, issue_number: number, body });
      }),
    update: (id, body) =>
      told(place, () =>
        isDone(() => octokit.request("PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}", { ...one(id), body })),
      ),
    remove: async (id) => {
      await told(place, () =>
        isDone(() => octokit.request("DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}", one(id))),
      );
    },
  };
}

const statusOf = (error: unknown): number => (error as { readonly status?: number } | undefined)?.status ?? 0;

/** False where the comment is gone, or is another author's. A 403 for a limit is not that. */
async function isDone(work: () => Promise<unknown>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    const isForeign = statusOf(error) === 403 && limitIn(error) === undefined;
    if (isForeign || statusOf(error) === 404) return false;
    throw error;
  }
}

async function told<T>({ api, repository, number }: GithubPlace, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const status = statusOf(error);
    const place = `${api}/repos/${repository}/issues/${number}`;
    const limit = limitIn(error);
    if (limit !== undefined) {
      throw new UserError(
        `GitHub takes no more requests with this token ${limit}: ${status} ${(error as Error).message}`,
        {
          place,
          allowed: "a limit that ends within two minutes is waited for; or another token",
          first: "run the job again after that",
          cause: error,
        },
      );
    }
    throw new UserError(`GitHub does not take the comment: ${status} ${(error as Error).message}`, {
      place,
      ...((status === 401 || status === 403 || status === 404) && {
        allowed: "a GITHUB_TOKEN with the permission pull-requests: write; a pull request from a fork has none",
      }),
      cause: error,
    });
  }
}
