import { type Dispatcher, EnvHttpProxyAgent, interceptors } from "undici";

/** How long a server may stay silent: before it answers the first request, and in the middle of a download. */
export const timeouts = { probeMilliseconds: 10_000, stallMilliseconds: 30_000 } as const;

/** The way to servers outside. */
export interface Network {
  readonly dispatcher: Dispatcher;
  /** A request fails when nothing has come for this long, however long it takes in all. */
  readonly silenceMilliseconds: number;
}

/**
 * The way to servers outside: through the proxy that HTTPS_PROXY or HTTP_PROXY names, but for what NO_PROXY lists. Redirects
 * are followed.
 *
 * @param authority PEM of a certificate to trust instead of the usual ones
 */
export function openNetwork(silenceMilliseconds: number, authority?: string): Network {
  const tls = { timeout: silenceMilliseconds, ...(authority !== undefined && { ca: authority }) };
  const agent = new EnvHttpProxyAgent({
    connect: tls,
    requestTls: tls,
    proxyTls: tls,
    headersTimeout: silenceMilliseconds,
    bodyTimeout: silenceMilliseconds,
  });
  return { dispatcher: agent.compose(interceptors.redirect({ maxRedirections: 5 })), silenceMilliseconds };
}

/** What went wrong with a request, in words. */
export function describeFailure(error: unknown, { silenceMilliseconds }: Network): string {
  const { code, message } = rootCause(error as Failure);
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return "its name cannot be resolved";
    case "ECONNREFUSED":
      return "it refuses connections";
    case "UND_ERR_CONNECT_TIMEOUT":
    case "UND_ERR_HEADERS_TIMEOUT":
    case "UND_ERR_BODY_TIMEOUT":
    case "ETIMEDOUT":
      return `it did not answer within ${silenceMilliseconds / 1000} s`;
    default:
      return code === undefined ? message : `${message} (${code})`;
  }
}

interface Failure {
  readonly message: string;
  readonly code?: string;
  readonly cause?: Failure;
  /** Where a name has several addresses, each has failed for a reason of its own. */
  readonly errors?: readonly Failure[];
}

function rootCause(error: Failure): Failure {
  const cause = error.cause ?? error.errors?.[0];
  return cause === undefined ? error : rootCause(cause);
}
