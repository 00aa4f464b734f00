import { isObject, type Matrix, matrixIn } from "../../../canary/judge/counters/matrix.ts";

/** Longest answer that is read, in bytes: parsed it takes some five times as much, of a heap of 32 MiB. */
export const mostBytes = 2 ** 19;

/** An answer longer than {@link mostBytes}: a shorter range would do. */
export class TooLong extends Error {}

/** Why Prometheus could not be read. */
export class Unreadable extends Error {}

/** Unix seconds, both included, and seconds between two readings. */
export interface Range {
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** The HTTP API of a Prometheus, or of what speaks as one. */
export class Prometheus {
  private readonly address: URL;

  constructor(address: URL) {
    this.address = address;
  }

  /** Its own clock, in Unix seconds: that of this process may differ. @throws Unreadable */
  async now(signal: AbortSignal): Promise<number> {
    const answer = await this.get("query", { query: "time()" }, signal);
    const data = isObject(answer) && isObject(answer.data) ? answer.data : {};
    const seconds = Array.isArray(data.result) ? Number(data.result[1]) : Number.NaN;
    if (!Number.isFinite(seconds)) throw new Unreadable("Prometheus does not say what time it is.");
    return seconds;
  }

  /** @throws TooLong, Unreadable */
  async range(query: string, { start, end, step }: Range, signal: AbortSignal): Promise<Matrix> {
    const answer = await this.get("query_range", { query, start, end, step }, signal);
    try {
      return matrixIn(answer);
    } catch (error) {
      throw new Unreadable(`The answer of Prometheus cannot be read: ${(error as Error).message}.`);
    }
  }

  private async get(what: string, asked: Readonly<Record<string, string | number>>, signal: AbortSignal) {
    const address = new URL(this.address);
    address.pathname = `${address.pathname.replace(/\/$/, "")}/api/v1/${what}`;
    for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, String(value));
    try {
      const response = await fetch(address, { signal, redirect: "error" });
      const text = await shortText(response);
      if (!response.ok) throw new Unreadable(`Prometheus answers ${response.status}: ${text.slice(0, 200)}`);
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw error instanceof TooLong || error instanceof Unreadable ? error : new Unreadable(causeOf(error));
    }
  }
}

async function shortText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let [text, bytes] = ["", 0];
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new TooLong(`The answer of Prometheus is longer than ${mostBytes} bytes.`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function causeOf(error: unknown): string {
  if (error instanceof SyntaxError) return "The answer of Prometheus is no JSON.";
  const { name, message, cause } = error as Error;
  if (name === "TimeoutError") return "Prometheus did not answer in time.";
  const inner = cause as NodeJS.ErrnoException | undefined; // fetch itself only says that it failed
  return `Prometheus cannot be reached: ${inner?.code ?? inner?.message ?? message}.`;
}
