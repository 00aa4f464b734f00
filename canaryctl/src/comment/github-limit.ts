/** An error of Octokit, as far as a limit shows in it. */
interface Refusal {
  readonly status?: number;
  readonly message: string;
  readonly response?: { readonly headers: Readonly<Record<string, string | number | undefined>> };
}

/**
 * How long GitHub takes nothing more, such as `until 2026-01-01T00:00:00.000Z`; undefined where an error is no limit. By its status a limit,
 * primary or secondary, is a missing permission or a 429.
 *
 * https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit
 */
export function limitIn(error: unknown, now = Date.now()): string | undefined {
  const { status, message, response } = error as Refusal;
  if (status !== 403 && status !== 429) return undefined;
  const { "x-ratelimit-remaining": left, "x-ratelimit-reset": reset, "retry-after": seconds } = response?.headers ?? {};
  const end = seconds === undefined ? Number(left === "0" ? reset : undefined) * 1000 : now + Number(seconds) * 1000;
  if (Number.isFinite(end)) return `until ${new Date(end).toISOString()}`;
  return status === 429 || /rate limit/i.test(message) ? "for some minutes" : undefined;
}
