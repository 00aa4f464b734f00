import { until } from "@canary-lab/kit/until";
import type { LoadSummary } from "../../../apps/load-client/src/load-summary.ts";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { type ServedSpec, versionedEcho } from "../../../components/workload/service-spec.ts";
import type { PodExec } from "../../../stacks/live/proxies/exec.ts";

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

/**
 * Sends a few requests until all of them are answered. It gives up silently, for the measurement that follows reports what fails.
 */
export async function waitForAnswers(exec: PodExec, of: Asked): Promise<void> {
  await until(async () => (await sendLoad(exec, of, probeRequests)).failed === 0, timeout);
}
