import { execFileSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { tarEnd, tarHeader, tarPadding, tarSize } from "../../src/images/tar.ts";

const member = (path: string, text: string, mode?: number): Buffer => {
  const content = Buffer.from(text);
  const entry = mode === undefined ? { path, size: content.length } : { path, size: content.length, mode };
  return Buffer.concat([tarHeader(entry), content, tarPadding(content.length)]);
};

describe("a tar file", () => {
  const texts = ["short", "x".repeat(512), "y".repeat(513)];
  const archive = Buffer.concat([
    member("usr/bin/a", texts[0] as string, 0o755),
    member("b", texts[1] as string),
    member("c", texts[2] as string),
    tarEnd(),
  ]);

  test("is read by the system's tar, with owner, mode and date", () => {
    const options = { input: archive, encoding: "utf8", env: { ...process.env, TZ: "UTC", LC_ALL: "C" } } as const;
    const list = execFileSync("tar", ["-tvf", "-", "--numeric-owner"], options).trim().split("\n");
    expect(list.map((line) => line.replace(/\s+/g, " "))).toEqual([
      "-rwxr-xr-x 0/0 5 1970-01-01 00:00 usr/bin/a",
      "-rw-r--r-- 0/0 512 1970-01-01 00:00 b",
      "-rw-r--r-- 0/0 513 1970-01-01 00:00 c",
    ]);
    expect(execFileSync("tar", ["-xOf", "-"], options)).toBe(texts.join(""));
  });

  test("has the size that was announced", () => {
    expect(tarSize(texts.map((text) => text.length))).toBe(archive.length);
  });

  test("refuses what the format cannot say, rather than cutting it", () => {
    expect(() => tarHeader({ path: "p".repeat(101), size: 0 })).toThrow(RangeError);
    expect(() => tarHeader({ path: "p", size: 8 * 1024 ** 3 })).toThrow(RangeError);
  });
});
