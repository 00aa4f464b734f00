import type { Release } from "../../canary/judge/counters/telemetry.ts";
import { sideServiceName, type Version, versions } from "../../components/names.ts";
import type { LabConfig } from "../config/schema.ts";

/** What tells how the callers' proxies count a release. */
export type CountedConfig = Pick<LabConfig, "app" | "namespace" | "strategy">;

/** A release as the callers' proxies count it; undefined where they do not tell its sides apart, as where both share a Service. */
export function countedRelease({ app, namespace, strategy }: CountedConfig): Release | undefined {
  const cluster = (version: Version) => `outbound|80||${sideServiceName(app, version)}.${namespace}.svc.*`;
  const callees = {
    istio: versions,
    "gateway-api": { stable: cluster(versions.stable), canary: cluster(versions.canary) },
  };
  if (strategy !== "istio" && strategy !== "gateway-api") return undefined;
  return { telemetry: "envoy", namespace, app, by: "cluster_name", ...callees[strategy] };
}
