import type { PodRelease } from "../../canary/judge/counters/pod-telemetry.ts";
import type { Release } from "../../canary/judge/counters/telemetry.ts";
import { factsOf } from "../../canary/strategies.ts";
import { deploymentName, sideServiceName, type Version, versions } from "../../components/names.ts";
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

/** A release as Prometheus has it from the callers' proxies; undefined where it does not tell its sides apart. */
export function recordedRelease(config: CountedConfig): Release | PodRelease | undefined {
  const { app, namespace, strategy } = config;
  if (factsOf(strategy).counted !== "by-pod") return countedRelease(config);
  const podsOf = (version: Version) => `${deploymentName(app, version)}-`;
  return { app, namespace, pods: { stable: podsOf(versions.stable), canary: podsOf(versions.canary) } };
}
