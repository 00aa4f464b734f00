import { parseArgs } from "node:util";

/** What the load generator does. Each bound is there so that no slip of the hand becomes an attack. */
export interface LoadOptions {
  /** Where requests go: http only. */
  readonly url: URL;
  /** One of {@link methods}; no request has a body. Default GET. */
  readonly method: string;
  /** Requests to send, 1..60000. Default 1000. */
  readonly requests: number;
  /** Requests per second, 1..2000. Default 100. */
  readonly rate: number;
  /** Longest time to send for, in seconds, 1..120. Default 30. Whichever of `requests` and `seconds` comes first ends the run. */
  readonly seconds: number;
  /** Requests in flight at once, 1..64. Default 32. A request that would exceed it is skipped, not delayed. */
  readonly concurrency: number;
  /** Request headers. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Whether the end of the standard input ends the run as well: whoever holds the other end of it says when it is enough, and a run that
   * nobody waits for any more does not go on. Default false.
   */
  readonly endsWithInput: boolean;
  /** Whether the summary has each request, too: about 90 bytes each. Default false. */
  readonly outcomes: boolean;
}

const methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

/** `wait` is the client pod's main process: it does nothing until SIGTERM. */
export type LoadCommand = { readonly kind: "wait" } | { readonly kind: "run"; readonly options: LoadOptions };

export const usage =
  "usage: load.mjs --url URL [--method GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE] [--requests 1..60000] [--rps 1..2000] [--seconds 1..120] [--concurrency 1..64] [--header 'name: value']… [--ends-with-input] [--outcomes]\n" +
  "       load.mjs --wait";

const headerLine = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e]*)$/;

/**
 * Reads the arguments of the load generator.
 *
 * @throws Error that names every bad option at once, with what is allowed there
 */
export function parseLoadOptions(args: readonly string[]): LoadCommand {
  const { values } = parseArgs({
    args: [...args],
    options: {
      url: { type: "string" },
      method: { type: "string", default: "GET" },
      requests: { type: "string", default: "1000" },
      rps: { type: "string", default: "100" },
      seconds: { type: "string", default: "30" },
      concurrency: { type: "string", default: "32" },
      header: { type: "string", multiple: true, default: [] },
      "ends-with-input": { type: "boolean", default: false },
      outcomes: { type: "boolean", default: false },
      wait: { type: "boolean", default: false },
    },
  });
  if (values.wait) return { kind: "wait" };

  const problems: string[] = [];
  const whole = (name: "requests" | "rps" | "seconds" | "concurrency", high: number): number => {
    const text = values[name];
    if (!/^\d+$/.test(text) || Number(text) < 1 || Number(text) > high) {
      problems.push(`--${name} is "${text}": allowed is a whole number from 1 to ${high}`);
    }
    return Number(text);
  };
  const url = URL.parse(values.url ?? "");
  if (url?.protocol !== "http:") {
    problems.push(
      `--url is ${values.url === undefined ? "missing" : `"${values.url}"`}: allowed is an http:// address`,
    );
  }
  if (!methods.includes(values.method))
    problems.push(`--method is "${values.method}": allowed are ${methods.join(", ")}`);
  const headers = values.header.flatMap((line) => {
    const [, name, value] = headerLine.exec(line) ?? [];
    if (name !== undefined && value !== undefined) return [[name, value] as const];
    problems.push(`--header is "${line}": allowed is "name: value"`);
    return [];
  });
  const numbers = {
    requests: whole("requests", 60_000),
    rate: whole("rps", 2000),
    seconds: whole("seconds", 120),
    concurrency: whole("concurrency", 64),
  };
  if (problems.length > 0 || !url) throw new Error(problems.join("\n"));
  return {
    kind: "run",
    options: {
      url,
      method: values.method,
      ...numbers,
      headers: Object.fromEntries(headers),
      endsWithInput: values["ends-with-input"],
      outcomes: values.outcomes,
    },
  };
}
