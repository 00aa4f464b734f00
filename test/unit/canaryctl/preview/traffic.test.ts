import { describe, expect, test } from "@jest/globals";
import { toWeight } from "../../../../canary/weight.ts";
import type { LiveFacts } from "../../../../canaryctl/src/preview/digest.ts";
import { summaryOf } from "../../../../canaryctl/src/preview/summary.ts";
import { plainText } from "../../../../canaryctl/src/preview/words.ts";
import { renderVirtualService } from "../../../../components/traffic/render-weighted-route.ts";
import { renderNamespace } from "../../../../components/workload/render-application.ts";
import type { RawConfig } from "../../../../stacks/config/parse-config.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { sampleConfig } from "../../stacks/sample-config.ts";
import { digestOfLines, recorded, stepEvent, succeeded } from "./recordings.ts";

const type = "kubernetes:networking.istio.io/v1:VirtualService";
const route = (weight: number) => renderVirtualService({ ...sampleConfig, canaryWeight: toWeight(weight) });

function moved(from: number | undefined, to: number, config: RawConfig = {}, live: LiveFacts = {}) {
  const op = from === undefined ? "create" : "update";
  const step = stepEvent({ op, type, ...(from !== undefined && { before: route(from) }), after: route(to) });
  return digestOfLines([step, succeeded], { config: parseConfig({ canaryWeight: to, ...config }), live });
}
const said = (...args: Parameters<typeof moved>) =>
  plainText(summaryOf(moved(...args))).replace(/^\*\*dev\*\*: (.*); [^;]*$/, "$1");
const risks = (...args: Parameters<typeof moved>) => moved(...args).risks.map(({ text }) => plainText(text));

describe("a move of the traffic", () => {
  test.each([
    [10, 30, {}, "v2 10 % -> 30 %, step 2 of 10-30-60-100, all traffic after 2 promotions, in 2 min at the earliest"],
    [30, 10, {}, "v2 30 % -> 10 %, step 1 of 10-30-60-100, all traffic after 3 promotions, in 3 min at the earliest"],
    [60, 100, {}, "v2 60 % -> 100 %, step 4 of 10-30-60-100"],
    [60, 0, {}, "v2 60 % -> 0 %, all traffic back to the stable version"],
    [10, 35, {}, "v2 10 % -> 35 %, not a step of 10-30-60-100, all traffic after 2 promotions, in 1m at the earliest"],
    [0, 10, { plan: "90-70-50-0" }, "v2 0 % -> 10 %, step 1 of 10-30-50-100, all traffic after 3 promotions"],
    [10, 10, {}, "v2 keeps 10 %"],
    [undefined, 10, {}, "v2 gets 10 % at once, with the first route"],
    [
      10,
      30,
      { canaryImage: "registry/echo:2.1" },
      "2.1 10 % -> 30 %, step 2 of 10-30-60-100, all traffic after 2 promotions, in 2 min at the earliest",
    ],
  ] as const)("%p -> %d, %j", (from, to, config, text) => expect(said(from, to, config)).toBe(text));

  test("begins where the cluster is, not where the state thinks it is", () => {
    expect(said(10, 30, {}, { share: 25 })).toMatch(/^v2 25 % -> 30 %/);
    expect(said(10, 30, {}, { share: 30 })).toBe("v2 keeps 30 %");
  });

  test("names requests where they are counted, and none where they are not", () => {
    expect(said(10, 30, {}, { perMinute: 15_234 })).toContain("about 3,000 more requests a minute at the present rate");
    expect(said(10, 30)).not.toContain("requests");
  });

  test("that is refused is what was asked for", () => {
    const { outcome, traffic } = recorded("replicas-refused", { live: { share: 10 } });
    expect(outcome).toBe("refused");
    expect(traffic).toMatchObject({ kind: "share", live: 10, after: 60, isAsked: true });
  });
});

describe("risks of a move", () => {
  test("steps that are skipped", () => {
    expect(risks(10, 100)).toContain("the move skips 30 %, 60 % of the plan");
    expect(risks(10, 30).filter((risk) => risk.includes("skips"))).toEqual([]);
    expect(risks(100, 10).filter((risk) => risk.includes("skips"))).toEqual([]);
  });

  test("an image that has had no traffic", () => {
    expect(risks(undefined, 10)).toContain("versioned-echo:v2 has had no traffic in this stack, and gets 10 % at once");
    expect(recorded("weight-move").risks).toEqual([]);
  });

  describe("an image that has had no share, where", () => {
    const image = "versioned-echo:v3";
    const noted = (applied: Record<string, string>) =>
      stepEvent({
        op: "update",
        type: "kubernetes:core/v1:Namespace",
        name: "echo-namespace",
        before: renderNamespace({ ...sampleConfig, stack: "organization/canary-lab/dev", applied }),
        after: {},
      });
    const of = (canaryEnabled: string, canaryImage: string, from: number | undefined, live: LiveFacts = {}) => {
      const op = from === undefined ? "create" : "update";
      const move = stepEvent({ op, type, ...(from !== undefined && { before: route(from) }), after: route(10) });
      const config = parseConfig({ canaryWeight: 10, canaryImage: image });
      const namespace = noted({ canaryEnabled, canaryImage, stableImage: "versioned-echo:v1" });
      return digestOfLines([namespace, move, succeeded], { config, live })
        .risks.filter(({ kind }) => kind === "untested")
        .map(({ text }) => plainText(text));
    };
    const atOnce = [`${image} has had no traffic in this stack, and gets 10 % at once`];

    test.each<readonly [string, ...Parameters<typeof of>, readonly string[]]>([
      ["image and share come in one edit", "true", "versioned-echo:v2", 0, {}, atOnce],
      ["they come with the canary itself", "false", "versioned-echo:v2", 0, {}, atOnce],
      ["they come with the route", "false", image, undefined, {}, atOnce],
      ["another image was tried", "true", "versioned-echo:v2", 0, { tried: ["versioned-echo:v2"] }, atOnce],
      ["it was tried before", "false", "versioned-echo:v2", 0, { tried: [image] }, []],
      [
        "the canary runs without a share",
        "true",
        image,
        0,
        { tried: [], share: 0 },
        [`${image} has had no traffic in this stack, and gets 10 %`],
      ],
      ["it was rolled back", "true", image, 0, { tried: [image], share: 0 }, []],
      ["it has a share now", "true", image, 5, { tried: [] }, []],
      ["it has a share in the cluster alone", "true", image, 0, { tried: [], share: 5 }, []],
      ["nobody knows", "true", image, 0, {}, []],
    ])("%s", (_, enabled, applied, from, live, told) => expect(of(enabled, applied, from, live)).toEqual(told));
  });

  test("another change of the route", () => {
    const other = route(30);
    const step = stepEvent({
      op: "update",
      type,
      before: route(10),
      after: { ...other, spec: { ...other.spec, hosts: ["other"] } },
    });
    const digest = digestOfLines([step, succeeded], { config: parseConfig({ canaryWeight: 30 }) });
    expect(digest.risks.map(({ kind }) => kind)).toContain("request-path");
  });
});

test("what the engine says before its first event, between them, and cut off at the end is read", () => {
  const lines = ["warning: something", '{"sequence":3,"timestamp":0,"resourcePreEv', "error: it broke", ""];
  const digest = digestOfLines(lines);
  expect(digest).toMatchObject({ outcome: "failed", errors: ["it broke"] });
});

test("an engine that ends without a word has failed, and changes are not promised", () => {
  expect(digestOfLines([stepEvent({ op: "update", before: { a: 1 }, after: { a: 2 } })]).outcome).toBe("failed");
  expect(digestOfLines([]).outcome).toBe("failed");
});

test("what the program refuses before its first resource is a refusal, as that of a hook is", () => {
  const message =
    "Others stand on what this update would take away.\n  at:      the config\n  allowed: monitoring true";
  const error = { sequence: 2, timestamp: 0, diagnosticEvent: { severity: "error", message, color: "never" } };
  expect(digestOfLines([JSON.stringify(error)]).outcome).toBe("refused");
});
