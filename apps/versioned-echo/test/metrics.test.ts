import { expect, test } from "@jest/globals";
import { Counter, Histogram, Registry } from "prom-client";
import { Metrics } from "../src/metrics.ts";

/** The two metrics as prom-client itself writes them: names, types, help, labels, bounds, their order and every number. */
async function byPromClient(answers: readonly (readonly [string, string, number, number])[]): Promise<string> {
  const registry = new Registry();
  const labelNames = ["route", "method", "status_code", "version"];
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
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  for (const [route, method, status_code, seconds] of answers) {
    const labels = { route, method, status_code, version: "v1" };
    requests.inc(labels);
    duration.observe(labels, seconds);
  }
  return registry.metrics();
}

test.each([
  ["nothing", []],
  [
    "answers in every bucket, at its bounds, and slower than the last one",
    [
      ["/version", "GET", 200, 0.0007],
      ["/", "GET", 200, 0.001],
      ["/version", "GET", 200, 0.0010001],
      ["/version", "GET", 500, 0.25],
      ...[0.002, 0.004, 0.009, 0.02, 0.04, 0.09, 0.3, 0.7, 2, 4, 10, 60].map(
        (seconds) => ["/version", "GET", 200, seconds] as const,
      ),
      ["unmatched", "POST", 404, 0],
      ["/health", "HEAD", 503, 0.1 + 0.2],
    ],
  ],
] as const)("of %s are what prom-client makes of the same", async (_what, answers) => {
  const metrics = new Metrics("v1");
  for (const [route, method, status, seconds] of answers) metrics.count(route, method, status, seconds);
  const text = await metrics.text();
  expect(text.slice(text.indexOf("# HELP http_requests_total"))).toBe(await byPromClient(answers));
  expect(text).toMatch(/^process_cpu_seconds_total\{version="v1"\} [0-9.e-]+$/m);
  expect(text).toContain("\n\n# HELP http_requests_total"); // an empty line parts it from the metrics of the process
});
