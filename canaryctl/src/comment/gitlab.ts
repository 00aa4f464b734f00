import { setTimeout } from "node:timers/promises";
import { UserError } from "@canary-lab/kit/user-error";
import { type Comment, type Comments, type RetryLimits, usualRetryLimits } from "./put-comment.ts";

export interface GitlabPlace {
  /** Such as `https://gitlab.com/api/v4`. */
  readonly api: string;
  readonly token: string;
  readonly project: string;
  /** The merge request's number within its project. */
  readonly number: number;
}

/**
 * The notes of a merge request. Four calls are all that is needed; the usual client, @gitbeaker/rest, was left aside: it repeats after 429
 * without looking at Retry-After, and of the failures of the server after 502 only.
 */
export function gitlabComments(place: GitlabPlace, limits = usualRetryLimits): Comments {
  const { api, project, number } = place;
  const notes = `${api}/projects/${encodeURIComponent(project)}/merge_requests/${number}/notes`;
  const call = (method: string, url: string, body?: string) => request(place, limits, { method, url, body });
  const isDone = (answer: Response): boolean => {
    if (answer.status === 404 || answer.status === 403) return false;
    mustBeGood(answer);
    return true;
  };
  return {
    async list() {
      const all: Comment[] = [];
      for (let page = "1"; page !== ""; ) {
        const answer = await call("GET", `${notes}?per_page=100&page=${page}&sort=asc&order_by=created_at`);
        mustBeGood(answer);
        all.push(...((await answer.json()) as Comment[]));
        page = answer.headers.get("x-next-page") ?? "";
      }
      return all;
    },
    async create(body) {
      mustBeGood(await call("POST", notes, body));
    },
    update: async (id, body) => isDone(await call("PUT", `${notes}/${id}`, body)),
    async remove(id) {
      isDone(await call("DELETE", `${notes}/${id}`));
    },
  };
}

interface Call {
  readonly method: string;
  readonly url: string;
  readonly body: string | undefined;
}

const timeoutMilliseconds = 30_000;

/** One request, repeated after a limit, a failure of the server, or no answer. */
async function request({ token }: GitlabPlace, limits: RetryLimits, { method, url, body }: Call): Promise<Response> {
  for (let tried = 0; ; tried++) {
    const answer = await fetch(url, {
      method,
      headers: { "PRIVATE-TOKEN": token, "Content-Type": "application/json" },
      signal: AbortSignal.timeout(timeoutMilliseconds),
      ...(body !== undefined && { body: JSON.stringify({ body }) }),
    }).catch((error: unknown) => error as Error);
    const isFailure = answer instanceof Error || answer.status === 429 || answer.status >= 500;
    if (!isFailure) return answer;
    const asked = answer instanceof Error ? 0 : Number(answer.headers.get("retry-after") ?? 0);
    const seconds = asked > 0 ? asked : (tried + 1) ** 2;
    if (tried < limits.retries && seconds <= limits.longestWait) {
      await setTimeout(seconds * limits.second);
      continue;
    }
    if (!(answer instanceof Error)) return answer;
    const why = (answer.cause as Error | undefined)?.message ?? answer.message;
    throw new UserError(`GitLab does not answer: ${why}`, { place: url, cause: answer });
  }
}

function mustBeGood({ ok, status, statusText, url }: Response): void {
  if (ok) return;
  throw new UserError(`GitLab does not take the note: ${status} ${statusText}`, {
    place: url,
    ...([401, 403, 404].includes(status) && {
      allowed: "a GITLAB_TOKEN with the scope api, of a member who may comment; a job's own token may not",
    }),
  });
}
