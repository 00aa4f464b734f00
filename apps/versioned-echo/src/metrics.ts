import { collectDefaultMetrics, Registry } from "prom-client";

/** Upper bounds in seconds, densest where a healthy echo and a slow canary lie, so that p95 is not a guess between far bounds. */
const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, Number.POSITIVE_INFINITY];

/** The answers to one route, method and status code. */
interface Series {
  readonly route: string;
  readonly method: string;
  readonly status: number;
  /** As the text format writes them. */
  readonly labels: string;
  /** How many took at most `bound` seconds, and longer than the bound before it. */
  readonly buckets: readonly { readonly bound: number; answers: number }[];
  /** The time that all of them took together. */
  seconds: number;
}

/**
 * Counts and times requests: `http_requests_total` (a counter) and `http_request_duration_seconds` (a histogram), both by route, method,
 * status code and version. They stand beside the metrics of the process, which prom-client collects. It does not count these two, for it
 * makes a key of all labels at each `inc` and `observe`: a twentieth of the processor time of a request.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #series: Series[] = [];
  readonly #version: string;
  /** The type of {@link text}. */
  readonly contentType = this.#registry.contentType;

  constructor(version: string) {
    this.#version = version;
    collectDefaultMetrics({ register: this.#registry, labels: { version } });
  }

  /** Counts an answer. @param route the pattern, not the URL, so that the number of series stays bounded */
  count(route: string, method: string, status: number, seconds: number): void {
    const series = this.#seriesOf(route, method, status);
    series.seconds += seconds;
    for (const bucket of series.buckets) {
      if (seconds > bucket.bound) continue;
      bucket.answers += 1;
      break;
    }
  }

  /** There are a dozen of them: comparing takes less than making a key. */
  #seriesOf(route: string, method: string, status: number): Series {
    const known = this.#series.find((one) => one.route === route && one.method === method && one.status === status);
    if (known) return known;
    const labels = `route="${route}",method="${method}",status_code="${status}",version="${this.#version}"`;
    const made = { route, method, status, labels, buckets: bounds.map((bound) => ({ bound, answers: 0 })), seconds: 0 };
    this.#series.push(made);
    return made;
  }

  /** All metrics in Prometheus' text format. */
  async text(): Promise<string> {
    const series = this.#series;
    const lines = [
      "# HELP http_requests_total Requests answered.",
      "# TYPE http_requests_total counter",
      ...series.map(({ labels, buckets }) => `http_requests_total{${labels}} ${answersIn(buckets)}`),
      "",
      "# HELP http_request_duration_seconds Time from the request's arrival to the end of its answer, in seconds.",
      "# TYPE http_request_duration_seconds histogram",
      ...series.flatMap(histogramLines),
    ];
    return `${await this.#registry.metrics()}\n${lines.join("\n")}\n`;
  }
}

/** A histogram's numbers are cumulative: each bucket counts what is in those before it, too. */
function histogramLines({ labels, buckets, seconds }: Series): readonly string[] {
  const name = "http_request_duration_seconds";
  return [
    ...buckets.map(({ bound }, index) => {
      const le = bound === Number.POSITIVE_INFINITY ? "+Inf" : bound;
      return `${name}_bucket{le="${le}",${labels}} ${answersIn(buckets.slice(0, index + 1))}`;
    }),
    `${name}_sum{${labels}} ${seconds}`,
    `${name}_count{${labels}} ${answersIn(buckets)}`,
  ];
}

const answersIn = (buckets: Series["buckets"]): number => buckets.reduce((sum, { answers }) => sum + answers, 0);
