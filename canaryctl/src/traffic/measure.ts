import { until } from "@canary-lab/kit/until";
import type { LoadSummary } from "../../../apps/load-client/src/load-summary.ts";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { type ServedSpec, versionedEcho } from "../../../components/workload/service-spec.ts";
import type { PodExec } from "../../../stacks/live/proxies/exec.ts";
import { sayWhileWaiting } from "./say-while-waiting.ts";

/** The application that is asked. */
type Asked = ServedSpec & Pick<ApplicationName, "app">;

export interface Pace {
  readonly requestsPerSecond: number;
  /** The longest time. */
  readonly seconds: number;
}

/** How the client pod sends: fast enough for `up` to end soon, and far below what the load generator allows. */
const measuringPace: Pace = { requestsPerSecond: 800, seconds: 60 };

/** Requests in flight at once. */
const concurrency = 32;

const timeout = { seconds: 30, everyMilliseconds: 200 } as const;

/** Sends `requests` requests from the client pod to the application, through the mesh. */
export async function sendLoad(
  exec: PodExec,
  { app, service }: Asked,
  requests: number,
  pace = measuringPace,
): Promise<LoadSummary> {
  const { path, method } = (service ?? versionedEcho).request;
  const printed = await exec("client", [
    "node",
    "/app/load.mjs",
    ...["--url", `http://${app}${path}`],
    ...(method === "GET" ? [] : ["--method", method]), // which images from before know nothing of
    ...["--requests", String(requests)],
    ...["--rps", String(pace.requestsPerSecond)],
    ...["--concurrency", String(concurrency)],
    ...["--seconds", String(pace.seconds)],
  ]);
  return JSON.parse(printed);
}

/** Requests of a probe: at 10 %, one in 37,000 misses a side. */
const probeRequests = 100;

/** What proxies answer themselves where no pod does. */
const madeUp = ["502", "503", "504"] as const;

/** Requests that may have reached no pod: a route or a pod that a proxy does not know yet. Any other error is an answer of a pod. */
export function unanswered({ statuses, errors }: Pick<LoadSummary, "statuses" | "errors">): number {
  const counts = [...Object.values(errors), ...madeUp.map((status) => statuses[status] ?? 0)];
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Sends a few requests until pods answer all of them. It gives up after {@link timeout}, for the measurement that follows reports what fails.
 */
export async function waitForAnswers(exec: PodExec, of: Asked, say: (line: string) => void): Promise<void> {
  const answered = async () => unanswered(await sendLoad(exec, of, probeRequests)) === 0;
  const what = `Waiting until pods answer all requests, for ${timeout.seconds} s at most`;
  await sayWhileWaiting(say, what, () => until(answered, timeout));
}
