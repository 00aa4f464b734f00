import { describe, expect, test } from "@jest/globals";
import { compareOutput, isLike } from "../../../../canaryctl/src/lab-course/compare-output.ts";

describe("a line", () => {
  test.each([
    ["Traffic: 90/10 -> 70/30 (stable/canary)", "Traffic: 90/10 -> 70/30 (stable/canary)"],
    ["  a   b", "a b  "], // a table is as wide as its widest cell
    ["It took 56.4 s, of which deploy 32 s", "It took 1 min 2 s, of which deploy 900 ms"],
    ["10% for at least 1m", "10% for at least 5m"],
    ["https://198.18.0.1:6443 answers", "https://10.0.0.1:8443 answers"],
    ["…/versioned-echo@sha256:…  stable", "198.18.0.1:5001/versioned-echo@sha256:9745  stable"],
    ["pod/echo-… (met)", "pod/echo-7df8c8f7f5-cnz6v (met)"],
    ["v2 1.2.3", "v2 1.2.3"],
  ])("%j is like %j", (wanted, seen) => expect(isLike(wanted, seen, {})).toBe(true));

  test.each([
    ["90/10", "70/30"],
    ["v2  10 %", "v2  11 %"],
    ["500 requests", "501 requests"],
    ["v1", "v2"],
    ["2/2", "0/2"],
    ["error: no", "error: no more"],
    ["a.b", "axb"],
    ["versions 1.2.3", "versions 1.2.4"],
  ])("%j is not like %j", (wanted, seen) => expect(isLike(wanted, seen, {})).toBe(false));

  test("may differ within the bounds that the page states, each kind of number within its own", () => {
    const wanted = "v2  10 %  10.2 %  51  26..78  as wanted";
    const bounds = { share: 6, count: 32 };
    expect(isLike(wanted, "v2  10 %  16.2 %  83  26..78  as wanted", bounds)).toBe(true);
    expect(isLike(wanted, "v2  10 %  16.4 %  83  26..78  as wanted", bounds)).toBe(false);
    expect(isLike(wanted, "v2  10 %  16.2 %  84  26..78  as wanted", bounds)).toBe(false);
    expect(isLike(wanted, "v2  10 %  10.2 %  52  26..78  as wanted", { share: 6 })).toBe(false);
    expect(isLike(wanted, "v1  10 %  10.2 %  51  26..78  as wanted", bounds)).toBe(false); // a number in a word is part of its name
  });
});

describe("an output", () => {
  test.each([
    [[], ""],
    [[], "\n"],
    [["a", "", "b"], "a\n\nb\n"],
    [["…", "b"], "b"],
    [["…", "b"], "x\ny\nb"],
    [["a", "…"], "a"],
    [["…", "b", "…", "d"], "b\nb\nc\nd"],
    [["…"], ""],
  ])("%j is what %j shows", (wanted, output) => expect(compareOutput(wanted, output)).toBeUndefined());

  test("names the first line that is another one", () => {
    expect(compareOutput(["a", "b"], "a\nc")).toEqual({ at: 1, wanted: "b", seen: "c" });
    expect(compareOutput(["a", "b"], "a")).toEqual({ at: 1, wanted: "b", seen: undefined });
    expect(compareOutput(["…", "b"], "a\nc")).toEqual({ at: 1, wanted: "b", seen: undefined });
  });

  test("names what was printed beyond the page", () => {
    expect(compareOutput([], "error: no")).toEqual({ at: 0, wanted: undefined, seen: "error: no" });
    expect(compareOutput(["…", "b"], "a\nb\nc")).toEqual({ at: 2, wanted: undefined, seen: "c" });
  });
});
