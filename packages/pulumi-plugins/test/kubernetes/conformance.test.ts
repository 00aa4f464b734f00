import { describe, expect, test } from "@jest/globals";
import { type Comparison, compare, summarise } from "../../src/kubernetes/conformance/compare.ts";
import { knownDifferences } from "../../src/kubernetes/conformance/known-differences.ts";
import { caseIds, longestFirst, type Observed, readRecording } from "../../src/kubernetes/conformance/recording.ts";
import { ensureController } from "../../src/kubernetes/conformance/rollouts.ts";
import { scrubber } from "../../src/kubernetes/conformance/scrub.ts";

test("a Rollouts controller that watches all namespaces serves the recorded cases as it is", async () => {
  const commands: string[] = [];
  const run = async (program: string, args: readonly string[]) => {
    commands.push([program, ...args.slice(0, 2)].join(" "));
    return '["--namespaced","--leader-elect"]\n["--healthzPort=8080"]\n';
  };
  const remove = await ensureController("/cluster", run, "conf");
  await remove();
  expect(commands).toEqual(["kubectl get deployments"]);
});

test("of the recorded cases the longest is started first, and one that was stopped before its first step last", () => {
  const timed = (...seconds: number[]) => ({ observed: seconds.map((one) => ({ seconds: one }) as Observed) });
  const [none, short, long] = [timed(), timed(2, 1.5), timed(1, 300)];
  expect(longestFirst([none, short, long])).toEqual([long, short, none]);
});

describe("the recordings", () => {
  test("are there, each with as many observations as steps, and agree with themselves", () => {
    expect(caseIds()).toHaveLength(26);
    for (const id of caseIds()) {
      const recording = readRecording(id);
      expect([id, recording.observed.length]).toEqual([id, recording.steps.length]);
      expect(compare(recording, recording.observed).differing).toEqual([]);
    }
    expect(caseIds()).toEqual(expect.arrayContaining(Object.keys(knownDifferences)));
  });
});

describe("the comparison", () => {
  const step: Observed = {
    step: "0-up",
    op: "up",
    result: "ok",
    changes: { create: 1 },
    events: [{ r: "kubernetes:core/v1:ConfigMap::a", op: "create", diff: { "data.a": "add" } }],
    live: { a: { data: { a: "<h1>" } } },
  };
  const recording = { id: "c", title: "", steps: [], observed: [step] };

  test("does not count the numbers of generated names, nor what the recording does not hold", () => {
    expect(compare(recording, [{ ...step, live: { a: { data: { a: "<h7>" } } } }]).differing).toEqual([]);
    const { live: _, ...without } = step;
    expect(compare({ ...recording, observed: [without] }, [step]).differing).toEqual([]);
  });

  test.each<[string, Partial<Observed>, string]>([
    ["the result", { result: "error" }, '.result: "ok" -> "error"'],
    ["an operation", { events: [] }, ".operations.kubernetes:core/v1:ConfigMap::a:"],
    ["an object", { live: { a: "absent" } }, '.live.a: {"data":{"a":"<h>"}} -> "absent"'],
    ["a count", { changes: { create: 2 } }, ".changes.create: 1 -> 2"],
  ])("names %s that differs", (_, change, difference) => {
    const [found] = compare(recording, [{ ...step, ...change }]).differing;
    expect(found?.differences[0]).toContain(difference);
  });

  test("counts a step that was not replayed, and leaves out those that depend on timing", () => {
    expect(compare(recording, []).differing).toHaveLength(1);
    expect(compare({ ...recording, unstableSteps: ["0-up"] }, [])).toEqual({ id: "c", steps: 0, differing: [] });
  });
});

describe("the summary", () => {
  const agreeing: Comparison = { id: "a", steps: 1, differing: [] };
  const differing: Comparison = { id: "b", steps: 1, differing: [{ step: "s", differences: [".result: x"] }] };
  const both = [agreeing, differing];

  test("passes where each difference is known and enough cases agree", () => {
    expect(summarise(both, { b: "why" }, 1)).toMatchObject({ passed: true, unexpected: [] });
    expect(summarise(both, { b: "why" }, 1).lines).toEqual([
      ...["agree  a", "differ b", "  s", "    .result: x"],
      "1 of 2 cases agree; 1 of 2 steps agree",
      "known    b: why",
    ]);
    expect(summarise(both, {}, 1)).toMatchObject({ passed: false, unexpected: ["b"] });
    expect(summarise(both, { b: "why" }, 2).passed).toBe(false);
    expect(summarise([], {}, 0).passed).toBe(false);
  });
});

test("what only says where and when a case ran is taken out of it", () => {
  const scrub = scrubber("/files", "my-node");
  expect(
    scrub({
      uid: "4dabf181-9307-2939-515e-22adb298388d",
      clusterIP: "198.19.3.4",
      other: "198.20.0.1",
      nodeName: "my-node",
      name: "c01-0a1b2c3d",
      again: "c01-0a1b2c3d and c02-99999999",
      path: "/files/chart",
    }),
  ).toEqual({
    uid: "<uid>",
    clusterIP: "<ip>",
    other: "198.20.0.1",
    nodeName: "lab-node",
    name: "c01-<h1>",
    again: "c01-<h1> and c02-<h2>",
    path: "<conf>/chart",
  });
});
