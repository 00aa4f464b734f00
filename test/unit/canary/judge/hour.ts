import { conclude } from "../../../../canary/judge/conclusion.ts";
import { judgeConfig } from "../../../../canary/judge/config.ts";
import { CounterReader } from "../../../../canary/judge/counters/counter-reader.ts";
import { telemetryOf } from "../../../../canary/judge/counters/telemetry.ts";
import { callerLabels, release, series } from "./counters/scraped.ts";

/**
 * Prints the milliseconds of processor time that an hour of readings, one each second, takes to read and to judge: of processor time,
 * for the machine may do other things, and the best of a few, for the first one compiles. A process of its own, for in the sandbox of a
 * test each use of `Math` takes some ten times as long.
 */
const { edges } = judgeConfig().latency;
const rates = { v1: 90, v2: 10 };
const counter = (labels: Record<string, string>, each: number) =>
  series(
    { ...callerLabels("a"), ...labels },
    Array.from({ length: 3601 }, (_, second) => Math.floor(each * second)),
  );
const counters = Object.entries(rates).flatMap(([destination_version, rate]) => [
  counter({ destination_version, response_code: "200" }, rate * 0.99),
  counter({ destination_version, response_code: "500" }, rate * 0.01),
]);
const durations = Object.entries(rates).flatMap(([destination_version, rate]) => [
  counter({ destination_version, le: "+Inf" }, rate),
  ...edges.map((edge) => counter({ destination_version, le: String(edge) }, (1 - 1 / (edge + 1)) * rate)),
]);

const millisecondsSince = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

const readings = Array.from({ length: 3 }, () => {
  const begin = process.cpuUsage();
  const reader = new CounterReader(telemetryOf(release, edges), edges);
  reader.add(counters, durations);
  return { slices: reader.slices, milliseconds: millisecondsSince(begin) };
});
const slices = readings[0]?.slices ?? [];
const verdicts = Array.from({ length: 10 }, () => {
  const begin = process.cpuUsage();
  conclude(slices, {}, true);
  return millisecondsSince(begin);
});
console.log(
  JSON.stringify({
    slices: slices.length,
    readMilliseconds: Math.min(...readings.map(({ milliseconds }) => milliseconds)),
    verdictMilliseconds: Math.min(...verdicts),
  }),
);
