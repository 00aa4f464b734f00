import type { LoadSummary } from "../../../apps/load-client/src/load-summary.ts";
import { binomialInterval } from "../../../canary/binomial.ts";
import { type Outcome, start } from "./command.ts";
import { kubectl, labShell, namespace } from "./lab.ts";
import { until } from "./until.ts";

/** Where requests go and how; the default is the Service, as callers in the mesh name it. */
export interface Target {
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whose client sends it, by its namespace; default: that of dev. */
  readonly from?: string;
  /** Default: versioned-echo. */
  readonly app?: string;
}

interface Load extends Target {
  /** 1..60000 */
  readonly requests: number;
  /** Requests per second, 1..2000. */
  readonly rate: number;
}

/** The confidence of every split that this suite checks. */
const confidence = 0.9999;

/**
 * Starts a load from the client pod, through its sidecar, to the Service: what the mesh really does, on every kind of cluster.
 * It ends when all requests are sent.
 */
export async function startLoad(load: Load): Promise<{ readonly report: Promise<LoadSummary> }> {
  const seconds = Math.min(120, Math.ceil((load.requests / load.rate) * 1.5) + 5);
  const { finished } = await startInClient({ ...load, seconds });
  return { report: finished.then(readReport) };
}

/** Sends a load to its end. */
export const sendLoad = async (load: Load): Promise<LoadSummary> => (await startLoad(load)).report;

/** A load that goes on beside commands. */
export interface SteadyLoad {
  /**
   * Ends it. The summary has counts by version, and in `firstSeen` and `lastSeen` the time of each version's first and last answer, by the
   * clock that `began` of a command is read from as well.
   */
  stop(): Promise<LoadSummary>;
}

/** What ends each load that still runs. */
const running = new Map<SteadyLoad, () => Promise<unknown>>();

/** The loads that were started and not stopped. */
export const runningLoads = (): ReadonlySet<SteadyLoad> => new Set(running.keys());

/** Ends all loads but those in `kept`, and waits until they have: `stop` fails afterwards. */
export async function endLoads(kept: ReadonlySet<SteadyLoad> = new Set()): Promise<void> {
  await Promise.all([...running].filter(([load]) => !kept.has(load)).map(([, end]) => end()));
}

/** The most that one load may last, in seconds; its end before `stop` would go unseen. */
const longestLoad = 120;

/**
 * Starts a load that goes on until it is stopped, at `rate` requests per second, and waits until it is being sent. It ends with the test
 * that starts it, or with the file where none does (see setup.ts), and after {@link longestLoad} at the latest, which is an error: what came
 * after it was not measured.
 *
 * @param outcomes whether the summary has each request, too
 */
export async function startSteadyLoad({
  rate = 300,
  outcomes = false,
  ...target
}: Target & { readonly rate?: number; readonly outcomes?: boolean } = {}): Promise<SteadyLoad> {
  const bounds = { rate, requests: rate * longestLoad, seconds: longestLoad, quiet: outcomes };
  const flags = ["--ends-with-input", ...(outcomes ? ["--outcomes"] : [])];
  const { finished, output, endInput } = await startInClient({ ...target, ...bounds }, ...flags);
  const report = finished.then(readReport);
  report.catch(() => {}); // it is awaited by `stop`
  const load: SteadyLoad = {
    stop: async () => {
      if (!running.delete(load)) throw new Error("The load has ended with the test that started it.");
      endInput();
      const summary = await report;
      if (summary.seconds >= longestLoad)
        throw new Error(`The load had ended before it was stopped, after ${longestLoad} s.`);
      return summary;
    },
  };
  running.set(load, () => load.stop().catch(() => {})); // what went wrong with it, its test has told
  const sending = until("the load is being sent", () => output().includes("sending"), { seconds: 20 });
  await Promise.race([sending, report]); // one that cannot begin says why
  return load;
}

async function startInClient(
  load: Load & { readonly seconds: number; readonly quiet?: boolean },
  ...flags: readonly string[]
) {
  const { app = "versioned-echo", url = `http://${app}/`, headers = {}, from = namespace, quiet = false } = load;
  const { requests, rate, seconds } = load;
  const bounds = { url, requests, rps: rate, seconds, concurrency: 64 };
  const options = [
    ...Object.entries(bounds).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]),
    ...flags,
  ];
  const client = ["-n", from, `deployment/${app}-client`, "-c", "client"];
  const args = ["exec", "--stdin", ...client, "--", "node", "/app/load.mjs", ...options];
  return start("kubectl", args, { env: await labShell(), timeoutSeconds: seconds + 30, keepsInput: true, quiet });
}

function readReport({ exitCode, stdout, output }: Outcome): LoadSummary {
  const line = stdout.split("\n").find((text) => text.startsWith("{"));
  if (exitCode !== 0 || !line) throw new Error(`The load generator ended with ${exitCode}:\n${output}`);
  return JSON.parse(line) as LoadSummary;
}

interface ProxyRoutes {
  readonly configs?: readonly { readonly route_config?: { readonly virtual_hosts?: readonly VirtualHost[] } }[];
}

interface VirtualHost {
  readonly name: string;
  readonly routes?: readonly {
    readonly name?: string;
    readonly route?: {
      readonly cluster?: string;
      readonly weighted_clusters?: {
        readonly clusters: readonly { readonly name: string; readonly weight?: number }[];
      };
    };
  }[];
}

/**
 * The percentage for v2 in a proxy's own route that splits by weight: a side that gets everything stands there alone. Undefined without the
 * route.
 */
export function proxyWeight({ configs = [] }: ProxyRoutes): number | undefined {
  const hosts = configs.flatMap(({ route_config }) => route_config?.virtual_hosts ?? []);
  const host = hosts.find(({ name }) => name.startsWith(`versioned-echo.${namespace}.svc.`));
  const route = host?.routes?.find(({ name }) => name === "weighted")?.route;
  if (!route) return undefined;
  if (route.cluster) return route.cluster.includes("|v2|") ? 100 : 0;
  return route.weighted_clusters?.clusters.find(({ name }) => name.includes("|v2|"))?.weight ?? 0;
}

/**
 * Waits until the client's sidecar has the route, by asking the sidecar: nothing is sent, so the measurement after it is the first.
 *
 * @throws Error after ten seconds
 */
export async function routeInEffect(canaryPercent: number): Promise<void> {
  const routes = ["pilot-agent", "request", "GET", "config_dump?resource=dynamic_route_configs"];
  const client = ["-n", namespace, "deployment/versioned-echo-client", "-c", "istio-proxy"];
  const asked = async () => proxyWeight(JSON.parse(await kubectl("exec", ...client, "--", ...routes)));
  await until(`${canaryPercent} % for v2 in the client's sidecar`, async () => (await asked()) === canaryPercent, {
    seconds: 10,
  });
}

/** 2,000 requests at a pace that two busy cores keep up with; where an answer is late, fewer are sent in a second, and all in the end. */
export const sampleLoad: Load = { requests: 2000, rate: 1000 };

/**
 * Says what is wrong with a measured split, and nothing where it is right: every request answered by v1 or v2, and v2's count
 * inside the exact interval. No second measurement is taken when the first one is off: a check that may be repeated until it passes
 * says nothing.
 *
 * False alarms: at 0 and at 100 percent there are none. At 10, 30, 50 and 60 percent a right split of 2,000 requests fails with a chance
 * of 0.008 to 0.010 percent. The whole suite checks about 25 such splits, so one run in 400 fails without a cause.
 */
export function splitFault(report: LoadSummary, canaryPercent: number): string | undefined {
  const { v1 = 0, v2 = 0 } = report.versions;
  const seen = `${v1} v1, ${v2} v2 of ${report.sent} sent (${report.failed} failed, ${JSON.stringify(report.errors)})`;
  if (report.failed > 0 || v1 + v2 !== report.sent) return `not every request was answered by v1 or v2: ${seen}`;
  const { lowest, highest } = binomialInterval({ trials: report.sent, probability: canaryPercent / 100, confidence });
  if (v2 < lowest || v2 > highest) return `v2 should have ${lowest}..${highest} at ${canaryPercent} %: ${seen}`;
  return undefined;
}
