import { type HttpRequest, send, type TlsOptions, textOf } from "./http.ts";

/** Where to ask, and with which certificates; the server's is verified. */
export interface Probe {
  /** An http or https address; with `socketPath`, only its path counts. */
  readonly url: string;
  /** Path of a Unix socket that answers HTTP. */
  readonly socketPath?: string;
  readonly headers?: HttpRequest["headers"];
  /** Ends the wait for an answer; there is none then. */
  readonly signal?: HttpRequest["signal"];
  readonly tls?: Pick<TlsOptions, "ca" | "cert" | "key">;
  /** Milliseconds without an answer after which there is none; default 2000. */
  readonly timeoutMilliseconds?: number;
}

export interface ProbeAnswer {
  readonly status: number;
  readonly body: string;
}

/**
 * Asks a server once, on a connection of its own and by no proxy, as a readiness probe does.
 *
 * @returns the answer, whatever its status; undefined where there is none: refused, reset, not trusted, too late
 */
export async function probe({ url, timeoutMilliseconds = 2000, ...more }: Probe): Promise<ProbeAnswer | undefined> {
  try {
    const response = await send({ url: new URL(url), timeoutMilliseconds, ...more });
    return { status: response.statusCode ?? 0, body: await textOf(response) };
  } catch {
    return undefined;
  }
}
