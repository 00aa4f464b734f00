import { edgesFor } from "../../../../canary/judge/config.ts";
import type { ConfigChanges } from "../../../../canaryctl/src/lab.ts";
import type { HistoryEntry } from "../../../../stacks/history-entry.ts";
import { fakeLab } from "../fake-lab.ts";
import { begin, begun, created, rolledBack, stepped } from "./release-history.ts";

const edges = edgesFor(250);
/** A release that was rolled back. */
export const release = [created, begun, stepped, rolledBack];

const addresses: Readonly<Record<string, string>> = { v1: "10.0.0.1", v2: "10.0.0.2" };

/** Counters of one caller, by subset or by pod: 90 requests/s to stable, 10 to the canary, of which one in ten fails; all but the first take 10 to 25 ms. */
function counted(query: string, at: number): readonly { metric: Record<string, string>; value: number }[] {
  if (query.includes("up{"))
    return Object.entries(addresses).map(([version, address]) => ({
      metric: { pod: `versioned-echo-${version}-6d5f-x2x9k`, instance: `${address}:15090` },
      value: 1,
    }));
  const seconds = Math.max(0, at - begin / 1000);
  const ofSide = (subset: string, perSecond: number, bad: number) => {
    const metric = { cluster_name: `outbound|80|${subset}|versioned-echo.canary-lab.svc.cluster.local`, pod: "a" };
    const all = perSecond * seconds;
    if (query.includes("endpoint"))
      return Object.entries({ success: all * (1 - bad), error: all * bad }).map(([outcome, value]) => ({
        metric: {
          __name__: `envoy_cluster_endpoint_rq_${outcome}`,
          envoy_endpoint_address: `${addresses[subset]}:8080`,
          pod: "a",
        },
        value,
      }));
    if (query.includes("_bucket"))
      return [
        ...edges.map((edge) => ({ le: String(edge), value: edge >= 25 ? all : 0 })),
        { le: "+Inf", value: all },
      ].map(({ le, value }) => ({ metric: { ...metric, le }, value }));
    return [
      { metric: { ...metric, response_code_class: "2xx" }, value: all * (1 - bad) },
      { metric: { ...metric, response_code_class: "5xx" }, value: all * bad },
    ];
  };
  return [...ofSide("v1", 90, 0), ...ofSide("v2", 10, 0.1)];
}

/** What Prometheus answers, asked by way of the API server. */
export function prometheus(path: string): unknown {
  if (!path.includes("query_range"))
    return { data: { result: [begin / 1000 + 86_400, String(begin / 1000 + 86_400)] } };
  const asked = new URLSearchParams(path.slice(path.indexOf("?")));
  const [start, end, step] = [Number(asked.get("start")), Number(asked.get("end")), Number(asked.get("step"))];
  const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
  const query = asked.get("query") ?? "";
  const result = counted(query, start).map(({ metric }, index) => ({
    metric,
    values: times.map((time) => [time, String(counted(query, time)[index]?.value)]),
  }));
  return { status: "success", data: { resultType: "matrix", result } };
}

export interface Case {
  readonly entries?: readonly HistoryEntry[];
  readonly changes?: ConfigChanges;
  readonly answer?: (path: string) => unknown;
}

/** A lab with this history, and what Prometheus answers. */
export function labWith({ entries = release, changes = { monitoring: true }, answer = prometheus }: Case = {}) {
  const data = Object.fromEntries(entries.map((entry, index) => [String(index), JSON.stringify(entry)]));
  const get = async <T>(path: string): Promise<T | undefined> =>
    (path.includes("configmaps") ? { data } : answer(path)) as T;
  return { ...fakeLab({ changes }).lab, cluster: { get } };
}
