import { kubectl } from "./lab.ts";

/** The lab's Prometheus, by way of the API server: nothing has to be forwarded or opened. */
const prometheus = "/api/v1/namespaces/monitoring/services/prometheus:9090/proxy/api/v1";

/** One series of an instant query's answer. */
interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

/** The series that a query answers now. @throws Error where Prometheus refuses the query */
export async function askPrometheus(query: string): Promise<readonly Series[]> {
  const { result } = (await get(`query?${new URLSearchParams({ query })}`)) as { readonly result: readonly Series[] };
  return result;
}

/** One thing that Prometheus scrapes. */
interface ScrapeTarget {
  readonly labels: Readonly<Record<string, string>>;
  readonly health: "up" | "down" | "unknown";
  readonly lastError: string;
}

export async function activeTargets(): Promise<readonly ScrapeTarget[]> {
  return ((await get("targets?state=active")) as { readonly activeTargets: readonly ScrapeTarget[] }).activeTargets;
}

export const isUp = ({ health }: ScrapeTarget): boolean => health === "up";

/** Names of the pods that are scraped under a job, with success. */
export const scrapedPods = async (job: string): Promise<readonly string[]> =>
  (await activeTargets())
    .filter((target) => target.labels.job === job && isUp(target))
    .map(({ labels }) => labels.pod ?? "");

const get = async (path: string): Promise<unknown> =>
  JSON.parse(await kubectl("get", "--raw", `${prometheus}/${path}`)).data;
