import { describe, expect, test } from "@jest/globals";
import { programVersion, versionIn } from "../src/program-version.ts";

describe("the version in what a program prints", () => {
  test.each([
    ["v3.250.0", "3.250.0"],
    ["3.19.0", "3.19.0"],
    ["v3.250.0-alpha.1+dirty", "3.250.0-alpha.1+dirty"],
    ["kind v0.33.0 go1.25.1 linux/amd64", "0.33.0"],
    ["go version go1.26.8 linux/amd64", "1.26.8"],
    ["go version go1.27 linux/arm64", "1.27"],
    ["go version devel go1.27-abcdef Thu linux/amd64", "1.27"],
    ["unknown", undefined],
    ["", undefined],
  ])("%j: %s", (text, version) => expect(versionIn(text)).toBe(version));
});

test("a program is asked with its own arguments and environment; one that cannot be run has no version", async () => {
  const say = ["-c", 'echo "$1 v1.2.3-$MARK"', "sh", "tool"];
  expect(await programVersion("sh", say, { MARK: "x" })).toBe("1.2.3-x");
  expect(await programVersion("/no/such/program")).toBeUndefined();
});
