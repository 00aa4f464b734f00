import type { ApplicationName } from "../../application-name.ts";
import type { Labels, Matrix } from "./matrix.ts";
import { escaped, quoted, type Side, type Telemetry, upstreamPattern } from "./telemetry.ts";

/**
 * One release whose sides share a Service: the callers' Envoy counts what each of its pods has answered, and what it has not. Nobody counts
 * the latency of a single pod.
 */
export interface PodRelease extends ApplicationName {
  /** How the names of the pods of each side begin. */
  readonly pods: Readonly<Record<Side, string>>;
}

/** By what Envoy counts an answer below 500 of a pod, and one from 500 on or none at all. */
const counter = "envoy_cluster_endpoint_rq_";
const [answered, failed] = ["success", "error"];

/**
 * Which address each pod of both sides had: Prometheus has one series of `up` for each pod that it scrapes, also of those that are gone.
 *
 * @param seconds to look back, above 0
 */
export const podsQuery = ({ namespace, pods }: PodRelease, seconds: number): string =>
  `last_over_time(up{namespace=${quoted(namespace)},pod=~${quoted(`(${Object.values(pods).map(escaped).join("|")}).+`)}}[${seconds}s])`;

/** @param scraped what {@link podsQuery} was answered with */
export function podTelemetry(release: PodRelease, scraped: Matrix): Telemetry {
  const sides = sidesByAddress(release, scraped);
  const upstream = quoted(upstreamPattern(release, ""));
  return {
    requests: `{__name__=~"${counter}(${answered}|${failed})",envoy_cluster_name=~${upstream}}`,
    durations: "",
    names: { requests: "", durations: "" },
    isCounted: () => true,
    sideOf: ({ envoy_endpoint_address = "" }) => sides.get(withoutPort(envoy_endpoint_address)),
    isBad: ({ __name__ }) => __name__ === `${counter}${failed}`,
  };
}

/** Without an address that pods of both sides had, one after the other: whose its requests were cannot be told. */
function sidesByAddress({ pods }: PodRelease, scraped: Matrix): ReadonlyMap<string, Side | undefined> {
  const sides = new Map<string, Side | undefined>();
  for (const { metric } of scraped) {
    const [address, side] = [withoutPort(metric.instance ?? ""), sideOfPod(metric, pods)];
    sides.set(address, sides.has(address) && sides.get(address) !== side ? undefined : side);
  }
  return sides;
}

const sideOfPod = ({ pod = "" }: Labels, pods: PodRelease["pods"]): Side | undefined =>
  (["stable", "canary"] as const).find((side) => pod.startsWith(pods[side]));

/** Of `10.42.0.31:15090`, or of an IPv6 address in brackets. */
const withoutPort = (address: string): string => address.replace(/:\d+$/, "");
