import type { Labels, Matrix, Series } from "../../../../../canary/judge/counters/matrix.ts";
import { type Release, telemetryOf, versionLabels } from "../../../../../canary/judge/counters/telemetry.ts";

export const release: Release = {
  telemetry: "istio",
  namespace: "shop",
  app: "echo",
  by: versionLabels.istio,
  stable: "v1",
  canary: "v2",
};

/** Edges that are few: what is asked for is what a series must have. */
export const edges = [25, 100];

export const telemetry = telemetryOf(release, edges);

/** Readings of a counter at seconds 0, 1, 2…; undefined where the reading failed. */
export const series = (metric: Labels, readings: readonly (number | undefined)[], from = 0): Series => ({
  metric,
  values: readings.flatMap((value, index) => (value === undefined ? [] : [[from + index, String(value)] as const])),
});

/** A counter of Istio at one caller. */
export const requests = (
  version: string,
  code: string,
  readings: readonly (number | undefined)[],
  caller: Labels = callerLabels("a"),
): Series => series({ ...caller, reporter: "source", destination_version: version, response_code: code }, readings);

export const callerLabels = (pod: string): Labels => ({
  job: "monitoring/envoy",
  namespace: "shop",
  pod,
  instance: `${pod}:15090`,
});

/** The buckets of one version at one caller: within 25 ms, within 100 ms, all. */
export const buckets = (
  version: string,
  readings: readonly (readonly [number, number, number] | undefined)[],
  caller: Labels = callerLabels("a"),
): Matrix =>
  ["25.0", "100", "+Inf"].map((le, edge) =>
    series(
      { ...caller, reporter: "source", destination_version: version, le },
      readings.map((reading) => reading?.[edge]),
    ),
  );
