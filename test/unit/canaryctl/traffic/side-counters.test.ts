import { describe, expect, test } from "@jest/globals";
import type { LoadSummary } from "../../../../apps/load-client/src/load-summary.ts";
import type { StrategyName } from "../../../../canary/strategies.ts";
import { countAnswers } from "../../../../canaryctl/src/traffic/answers.ts";
import { fakeLab } from "../fake-lab.ts";

const host = "versioned-echo.canary-lab.svc.cluster.local";
const line = (cluster: string, codes: string, count: number) =>
  `envoy_cluster_upstream_rq{response_code_class="${codes}",cluster_name="${cluster}"} ${count}`;

/** What is counted of 100 requests, of which `failed` failed, between two pages of a proxy's counters. */
async function counted(strategy: StrategyName, before: readonly string[], after: readonly string[], failed = 0) {
  const { config, cluster } = fakeLab({ changes: { strategy } }).lab;
  const pages = [before, after];
  const asked: string[] = [];
  const ask = async (path: string) => {
    asked.push(path);
    return (pages.shift() ?? []).join("\n");
  };
  const load = { sent: 100, failed } as LoadSummary;
  const { answers, failures } = await countAnswers(ask, { config, cluster }, async () => load);
  return { answers, failures, asked };
}

describe("requests are counted by side", () => {
  test("at the subsets, where each has counters of its own: what is new, and what failed apart", async () => {
    const [v1, v2] = [`outbound|80|v1|${host}`, `outbound|80|v2|${host}`];
    const { answers, failures, asked } = await counted(
      "istio",
      [line(v1, "2xx", 500)],
      [
        line(v1, "2xx", 585),
        line(v1, "4xx", 5),
        line(v2, "2xx", 7),
        line(v2, "5xx", 3),
        line(`outbound|80||${host}`, "2xx", 9),
      ],
      3,
    );
    expect({ answers, failures }).toEqual({ answers: { stable: 90, canary: 7 }, failures: { stable: 0, canary: 3 } });
    expect(new Set(asked)).toEqual(new Set(["/stats/prometheus?usedonly&filter=versioned-echo.*upstream_rq"]));
  });

  test("at the Services of the sides", async () => {
    const at = (side: string) => `outbound|80||versioned-echo-${side}.canary-lab.svc.cluster.local`;
    const { answers } = await counted("gateway-api", [], [line(at("v1"), "2xx", 90), line(at("v2"), "2xx", 10)]);
    expect(answers).toEqual({ stable: 90, canary: 10 });
  });

  test("anew, where a proxy has begun to count anew", async () => {
    const v1 = `outbound|80|v1|${host}`;
    const { answers } = await counted("istio", [line(v1, "2xx", 500)], [line(v1, "2xx", 100)]);
    expect(answers).toEqual({ stable: 100, canary: 0 });
  });
});
