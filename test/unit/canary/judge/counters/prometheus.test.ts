import { describe, expect, test } from "@jest/globals";
import { recorded } from "../../../../../apps/judge/test/fake-prometheus.ts";
import { edgesFor } from "../../../../../canary/judge/config.ts";
import type { Series } from "../../../../../canary/judge/counters/matrix.ts";
import {
  type AskPrometheus,
  alignedRange,
  prometheusNow,
  prometheusSlices,
  TooLong,
  Unreadable,
} from "../../../../../canary/judge/counters/prometheus.ts";
import type { Release } from "../../../../../canary/judge/counters/telemetry.ts";
import type { Slice } from "../../../../../canary/judge/slice.ts";

const release: Release = {
  telemetry: "istio",
  namespace: "shop",
  app: "echo",
  by: "destination_version",
  stable: "v1",
  canary: "v2",
};
const counted = { release, edges: edgesFor(250), needsLatency: true };

/** What is recorded, in the place of Prometheus. */
const replay =
  (answers: ReadonlyMap<string, string>): AskPrometheus =>
  async (path) => {
    const answer = answers.get(`/api/v1/${path}`);
    if (answer === undefined) throw new Unreadable(`nothing was recorded for ${path}`);
    return JSON.parse(answer);
  };

const sums = (slices: readonly Slice[], side: "stable" | "canary") => [
  slices.reduce((sum, slice) => sum + slice[side].requests, 0),
  slices.reduce((sum, slice) => sum + slice[side].bad, 0),
];

/** One counter of each version, of one caller, read each second from 1 to `seconds`; each answers the part of the range that is asked for. */
function counting(seconds: number, readings: (version: string, second: number) => number | undefined) {
  const paths: string[] = [];
  const ask: AskPrometheus = async (path) => {
    paths.push(path);
    const query = new URLSearchParams(path.slice("query_range?".length));
    const [start, end] = [Number(query.get("start")), Number(query.get("end"))];
    const result = ["v1", "v2"].map((version): Series => {
      const metric = { reporter: "source", pod: "a", destination_version: version, response_code: "200" };
      const values = Array.from({ length: seconds }, (_, index) => index + 1).flatMap((second) => {
        const value = second < start || second > end ? undefined : readings(version, second);
        return value === undefined ? [] : [[second, String(value)] as const];
      });
      return { metric, values };
    });
    return { status: "success", data: { resultType: "matrix", result: result.filter(({ values }) => values.length) } };
  };
  return { paths, ask };
}

const errorsOnly = { ...counted, needsLatency: false };

describe("the slices that Prometheus has of a release", () => {
  test("are the requests and errors of both versions, since it began", async () => {
    const { since, answers } = recorded("bad");
    const ask = replay(answers);
    const now = await prometheusNow(ask);
    const slices = await prometheusSlices(ask, counted, alignedRange(since, now, 2));
    expect(sums(slices, "stable")).toEqual([9585, 21]);
    expect(sums(slices, "canary")).toEqual([1065, 51]);
    expect(slices.some(({ latency }) => latency && latency.canary.requests > 0)).toBe(true);
    expect(await prometheusSlices(ask, counted, alignedRange(since, now, 2))).toEqual(slices);
  });

  test("are the same in however many stretches they are read", async () => {
    const { ask, paths } = counting(1500, (version, second) => second * (version === "v1" ? 9 : 1));
    const range = { start: 1, end: 1500, step: 1 };
    const slices = await prometheusSlices(ask, errorsOnly, range);
    expect(paths).toHaveLength(3);
    const short: AskPrometheus = async (path) => {
      const query = new URLSearchParams(path.slice("query_range?".length));
      if (Number(query.get("end")) - Number(query.get("start")) > 100) throw new TooLong();
      return ask(path);
    };
    expect(await prometheusSlices(short, errorsOnly, range)).toEqual(slices);
    expect(slices).toHaveLength(1499);
    expect([sums(slices, "stable"), sums(slices, "canary")]).toEqual([
      [1499 * 9, 0],
      [1499, 0],
    ]);
  });

  test("are none where a part of the range has no answer, and what was read before does not stand for the whole", async () => {
    const { ask } = counting(1500, (_, second) => second);
    const failing: AskPrometheus = async (path) => {
      if (path.includes("start=601")) throw new Unreadable("it is away");
      return ask(path);
    };
    const answer = prometheusSlices(failing, errorsOnly, { start: 1, end: 1500, step: 1 });
    await expect(answer).rejects.toThrow(new Unreadable("it is away"));
  });

  test("have nothing of a reset, and a scrape that failed makes a longer slice", async () => {
    const restarted = counting(6, (_, second) => (second < 4 ? 1000 + 10 * second : 10 * second));
    const range = { start: 1, end: 6, step: 1 };
    expect(sums(await prometheusSlices(restarted.ask, errorsOnly, range), "canary")).toEqual([40, 0]);
    const failed = counting(6, (_, second) => (second === 3 || second === 4 ? undefined : 10 * second));
    const slices = await prometheusSlices(failed.ask, errorsOnly, range);
    expect(slices.map(({ seconds, canary }) => [seconds, canary.requests])).toEqual([
      [1, 10],
      [3, 30],
      [1, 10],
    ]);
  });

  test("have no request of a version that is not there", async () => {
    const { ask } = counting(6, (version, second) => (version === "v1" ? second : undefined));
    expect(sums(await prometheusSlices(ask, errorsOnly, { start: 1, end: 6, step: 1 }), "canary")).toEqual([0, 0]);
  });
});

describe("an answer that is none", () => {
  test.each([
    [undefined, "The answer of Prometheus cannot be read: it is no object."],
    [
      { status: "error", errorType: "timeout", error: "query timed out in expression evaluation" },
      'The answer of Prometheus cannot be read: its status is "error": query timed out in expression evaluation.',
    ],
  ])("%j is said to be unreadable", async (answer, message) => {
    const slices = prometheusSlices(async () => answer, counted, { start: 1, end: 6, step: 1 });
    await expect(slices).rejects.toThrow(new Unreadable(message));
    await expect(prometheusNow(async () => answer)).rejects.toThrow("Prometheus does not say what time it is.");
  });
});
