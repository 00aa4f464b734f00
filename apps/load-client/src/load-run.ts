import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { LoadOptions } from "./load-options.ts";
import { type LoadSummary, type Outcome, summarize } from "./load-summary.ts";

/** How long a request may take before it counts as an error, in milliseconds. */
const timeoutMilliseconds = 10_000;

function versionIn(body: string): string | undefined {
  try {
    const { version } = JSON.parse(body);
    return typeof version === "string" ? version : undefined;
  } catch {
    return undefined; // an answer of a proxy, not of the service
  }
}

const codeOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
};

/** Sends one request; never throws, for an error is an outcome too. */
async function send({ url, method, headers }: LoadOptions, agent: Agent): Promise<Outcome> {
  const started = performance.now();
  try {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const request = httpRequest(url, { agent, headers, method }, resolve).on("error", reject);
      request.setTimeout(timeoutMilliseconds, () => request.destroy(new Error("timeout")));
      request.end();
    });
    const body = await text(response);
    const milliseconds = performance.now() - started;
    return { at: Date.now(), milliseconds, status: response.statusCode ?? 0, version: versionIn(body) };
  } catch (error) {
    return { at: Date.now(), error: codeOf(error) };
  }
}

/**
 * Sends requests at a fixed rate over kept-alive connections, whether or not earlier ones were answered (an open loop: a slow
 * service does not slow its own measurement down), until as many were sent as asked for, the time is over, or `enough` is aborted.
 */
export async function runLoad(options: LoadOptions, enough?: AbortSignal): Promise<LoadSummary> {
  const { rate, requests, concurrency } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: concurrency });
  const outcomes: Outcome[] = [];
  const inFlight = new Set<Promise<void>>();
  let sent = 0;
  let skipped = 0;
  const started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;

  for (let now = 0; sent < requests && now < options.seconds && !enough?.aborted; now = elapsed()) {
    // The first is due at once; after a pause of the process what fell due meanwhile is sent together, so that the rate holds.
    const due = Math.floor(now * rate) + 1;
    while (sent + skipped < due && sent < requests) {
      if (inFlight.size >= concurrency) {
        skipped++;
        continue;
      }
      sent++;
      const request: Promise<void> = send(options, agent).then((outcome) => {
        outcomes.push(outcome);
        inFlight.delete(request);
      });
      inFlight.add(request);
    }
    await sleep(Math.max(1, ((sent + skipped) / rate - elapsed()) * 1000));
  }
  await Promise.all(inFlight);
  const seconds = elapsed();
  agent.destroy();
  const summary = summarize(outcomes, skipped, seconds);
  return options.outcomes ? { ...summary, outcomes } : summary;
}
