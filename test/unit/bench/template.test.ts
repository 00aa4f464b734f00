import { expect, test } from "@jest/globals";
import { kinds } from "../../../bench/judge/live-kinds.ts";
import { kindsOf } from "../../../bench/judge/template-live.ts";
import { runOf } from "../../../bench/judge/template-run.ts";
import { templateTable } from "../../../bench/judge/template-table.ts";

test("a run asks as the documented template does, of what the callers of the canary's subset saw", () => {
  const { metadata, spec } = runOf({ app: "shop", namespace: "team" }, 0.95);
  expect(metadata).toEqual({ name: "success-rate-95", namespace: "team" });
  const [metric] = spec.metrics;
  expect(metric).toMatchObject({ interval: "5m", failureLimit: 3, successCondition: "result[0] >= 0.95" });
  const canary = 'cluster_name="outbound|80|v2|shop.team.svc.cluster.local",response_code_class!=""';
  expect(metric?.provider.prometheus.query).toBe(
    `sum(irate(envoy_cluster_upstream_rq{${canary},response_code_class!="5xx"}[5m])) / sum(irate(envoy_cluster_upstream_rq{${canary}}[5m]))`,
  );
});

test("releases are of every kind in turn", () => {
  const names = kindsOf(20).map(({ name }) => name);
  expect(names[0]).toBe("A/A");
  expect(new Set(names.slice(0, 8)).size).toBe(8);
  expect(names[8]).toBe("A/A");
});

test("the table has what was stopped, how late, and what had met it by then", () => {
  const check = (limit: number, phase: string, met: number, seconds?: number) => ({
    limit,
    phase,
    met,
    ...(seconds !== undefined && { seconds }),
  });
  const releases = [
    { kind: "A/A", checks: [check(0.95, "Running", 1800), check(0.99, "Running", 1800)] },
    { kind: "errors 30 %", checks: [check(0.95, "Failed", 1300, 900), check(0.99, "Failed", 1301, 901)] },
    { kind: "errors 30 %", checks: [check(0.95, "Failed", 1310, 910), check(0.99, "Error", 400, 300)] },
  ];
  expect(templateTable(kinds, releases, 21).split("\n").slice(2)).toEqual([
    "| A/A | 1 | 0 | 1800 | 0 | 1800 |",
    "| errors 30 % | 2 | 2, 905 | 1305 | 1, 901; 1 Error | 851 |",
    "",
    "What was not stopped was watched for 21 minutes.",
  ]);
});
