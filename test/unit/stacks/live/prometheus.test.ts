import { ApiError } from "@canary-lab/kit/kube/client";
import { expect, test } from "@jest/globals";
import { prometheusNow, Unreadable } from "../../../../canary/judge/counters/prometheus.ts";
import { platformPrometheus } from "../../../../stacks/live/prometheus.ts";

const monitoring = { namespace: "observability", service: "prom", port: 80 };

test("a platform's Prometheus is asked through the API server", async () => {
  const paths: string[] = [];
  const get = async <T>(path: string): Promise<T> => {
    paths.push(path);
    return { status: "success", data: { resultType: "scalar", result: [1795830763.63, "1795830763.63"] } } as T;
  };
  expect(await prometheusNow(platformPrometheus({ get }, monitoring))).toBe(1795830763.63);
  expect(paths).toEqual(["/api/v1/namespaces/observability/services/prom:80/proxy/api/v1/query?query=time%28%29"]);
});

test("one that does not answer cannot be read, and says why", async () => {
  const get = async (path: string): Promise<never> => {
    throw new ApiError(503, 'no endpoints available for service "prom:80"', `GET ${path}`);
  };
  await expect(prometheusNow(platformPrometheus({ get }, monitoring))).rejects.toThrow(
    new Unreadable('no endpoints available for service "prom:80"'),
  );
});
