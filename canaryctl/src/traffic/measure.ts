import { setTimeout as pause } from "node:timers/promises";
import type { LoadSummary } from "../../../apps/versioned-echo/src/load-summary.ts";
import { splitOf, type TrafficSplit } from "../../../canary/weight.ts";
import { LabError } from "../../../cluster/lab-error.ts";
import { clientName } from "../../../components/names.ts";
import type { LabConfig } from "../../../stacks/lab-config.ts";
import type { PodExec } from "../kube/exec.ts";
import { routesCommand, sidecarSplit } from "./sidecar-route.ts";

/** How the client pod sends: fast enough for `up` to end soon, and far below what the load generator allows. */
const pace = { requestsPerSecond: 800, concurrency: 32, seconds: 60 } as const;

const patience = { milliseconds: 60_000, betweenTries: 200 } as const;

/**
 * Waits until the client's sidecar sends by the weights of `config`: a measurement before that would blame the split for what is
 * only on its way.
 *
 * @throws LabError after a minute
 */
export async function waitForRoute(exec: PodExec, config: LabConfig): Promise<void> {
  const wanted = splitOf(config.canaryWeight);
  const until = Date.now() + patience.milliseconds;
  let seen: TrafficSplit | undefined;
  do {
    seen = sidecarSplit(await exec("istio-proxy", routesCommand), config);
    if (seen?.canary === wanted.canary) return;
    await pause(patience.betweenTries);
  } while (Date.now() < until);
  throw new LabError(
    seen
      ? `The client's sidecar still sends ${seen.stable}/${seen.canary}, where ${wanted.stable}/${wanted.canary} is wanted.`
      : `The client's sidecar knows of no split for ${config.app}.`,
    {
      place: `deployment ${config.namespace}/${clientName(config.app)}`,
      next: `kubectl -n istio-system logs deploy/istiod`,
    },
  );
}

/** Sends `requests` requests from the client pod to the application, through the mesh. */
export async function sendLoad(exec: PodExec, config: LabConfig, requests: number): Promise<LoadSummary> {
  const printed = await exec("client", [
    "node",
    "/app/load.mjs",
    ...["--url", `http://${config.app}/`],
    ...["--requests", String(requests)],
    ...["--rps", String(pace.requestsPerSecond)],
    ...["--concurrency", String(pace.concurrency)],
    ...["--seconds", String(pace.seconds)],
  ]);
  return JSON.parse(printed);
}

/** Requests of a probe: at 10 %, one in 37,000 misses a side. */
const probeRequests = 100;

/**
 * Sends a few requests until all of them are answered. It gives up silently, for the measurement that follows reports what fails.
 */
export async function waitForAnswers(exec: PodExec, config: LabConfig): Promise<void> {
  const until = Date.now() + patience.milliseconds / 2;
  do {
    const probe = await sendLoad(exec, config, probeRequests);
    if (probe.failed === 0) return;
    await pause(patience.betweenTries);
  } while (Date.now() < until);
}
