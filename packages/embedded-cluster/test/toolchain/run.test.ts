import { describe, expect, test } from "@jest/globals";
import { lastLines, ofLastCommand, remedy } from "../../src/toolchain/run.ts";

describe("a failed build", () => {
  test("shows the end of its log, without the gaps", () => {
    expect(lastLines("one\n\ntwo\nthree\n\n", 2)).toBe("    two\n    three");
  });

  test("is not told by what an earlier command wrote", () => {
    expect(ofLastCommand("\n$ go build a\nno space left\n\n$ go build b\nundefined: x\n")).toBe(
      "$ go build b\nundefined: x\n",
    );
  });

  test.each([
    ["write /x: no space left on device", /disk space/],
    ["dial tcp: lookup proxy.test: no such host", /registries answer/],
    ["E: Could not resolve 'mirror.test'", /registries answer/],
    ["main.go:3: undefined: x", /read the log/],
  ])("says what to do about %j", (text, advice) => {
    expect(remedy(text)).toMatch(advice);
  });
});
