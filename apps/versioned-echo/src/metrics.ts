import type { FastifyInstance } from "fastify";
import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";

/** The labels of both metrics. `route` is the pattern, not the URL, so that the number of series stays bounded. */
const labelNames = ["route", "method", "status_code", "version"] as const;

/** Upper bounds in seconds, densest where a healthy echo and a slow canary lie, so that p95 is not a guess between far bounds. */
const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Counts and times every request of `app`, and serves the result at `GET /metrics`:
 * `http_requests_total` (a counter) and `http_request_duration_seconds` (a histogram), both by route, method, status code and
 * version, beside the metrics of the process. The registry belongs to `app` alone: two apps in one process do not mix.
 */
export function addMetrics(app: FastifyInstance, version: string): void {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, labels: { version } });
  const requests = new Counter({
    name: "http_requests_total",
    help: "Requests answered.",
    labelNames,
    registers: [registry],
  });
  const duration = new Histogram({
    name: "http_request_duration_seconds",
    help: "Time from the request's arrival to the end of its answer, in seconds.",
    labelNames,
    buckets,
    registers: [registry],
  });

  app.addHook("onResponse", (request, reply, done) => {
    const labels = {
      route: request.routeOptions.url ?? "unmatched",
      method: request.method,
      status_code: reply.statusCode,
      version,
    };
    requests.inc(labels);
    duration.observe(labels, reply.elapsedTime / 1000);
    done();
  });
  app.get("/metrics", async (_request, reply) => {
    reply.type(registry.contentType);
    return registry.metrics();
  });
}
