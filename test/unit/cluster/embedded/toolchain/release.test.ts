import { describe, expect, test } from "@jest/globals";
import { checksumOf, forMachine } from "../../../../../cluster/embedded/toolchain/release.ts";

const [a, b] = ["a".repeat(64), "b".repeat(64)];

describe("releases", () => {
  test.each([
    ["the hash alone", `${a}\n`],
    ["one line", `${a}  tool.tar.gz\n`],
    ["a list", `${b}  other.tar.gz\n${a} *tool.tar.gz\n`],
    ["a path", `${b}  ./dist/other.tar.gz\n${a}  ./dist/tool.tar.gz\n`],
    ["capitals", a.toUpperCase()],
  ])("finds a checksum in %s", (_, sums) => {
    expect(checksumOf("tool.tar.gz", sums)).toBe(a);
  });

  test.each(["", "<html>Blocked</html>", `${b}  other.tar.gz`, `${a}0  tool.tar.gz`])("finds none in %j", (sums) => {
    expect(checksumOf("tool.tar.gz", sums)).toBeUndefined();
  });

  test("addresses name the machine as upstream does", () => {
    expect(forMachine("{arch}/{cpu}", "x64")).toBe("amd64/x64");
    expect(forMachine("{arch}/{cpu}", "arm64")).toBe("arm64/arm64");
  });
});
