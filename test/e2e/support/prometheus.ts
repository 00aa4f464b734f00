import { kubectl } from "./lab.ts";
import { until } from "./until.ts";

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

/** How to wait for a sample: it comes with a scrape, not sooner. */
export const calmly = { seconds: 60, everyMilliseconds: 1000 };

/**
 * Waits until a query answers with at least so many series, for targets are scraped one after another.
 *
 * @returns the labels of each
 * @throws Error where there are fewer, or the value of one is not a number
 */
export async function labelsOfSeries(query: string, atLeast: number): Promise<readonly Series["metric"][]> {
  const found = await until(
    `${atLeast} series of ${query}`,
    async () => {
      const answer = await askPrometheus(query);
      return answer.length >= atLeast ? answer : undefined;
    },
    calmly,
  );
  if (found.some(({ value }) => Number.isNaN(Number(value[1])))) throw new Error(`${query}: ${JSON.stringify(found)}`);
  return found.map(({ metric }) => metric);
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
