import { type AskPrometheus, TooLong, Unreadable } from "../../../canary/judge/counters/prometheus.ts";

/** Longest answer that is read, in bytes: parsed it takes some five times as much, of a heap of 32 MiB. */
export const mostBytes = 2 ** 19;

/** Asks a Prometheus, or what speaks as one, over HTTP. */
export const httpPrometheus =
  (prometheus: URL, signal: AbortSignal): AskPrometheus =>
  async (path) => {
    const address = new URL(prometheus);
    const [name, query = ""] = path.split("?");
    address.pathname = `${address.pathname.replace(/\/$/, "")}/api/v1/${name}`;
    for (const [key, value] of new URLSearchParams(query)) address.searchParams.set(key, value);
    try {
      const response = await fetch(address, { signal, redirect: "error" });
      const text = await shortText(response);
      if (!response.ok) throw new Unreadable(`Prometheus answers ${response.status}: ${text.slice(0, 200)}`);
      return JSON.parse(text) as unknown;
    } catch (error) {
      throw error instanceof TooLong || error instanceof Unreadable ? error : new Unreadable(causeOf(error));
    }
  };

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
