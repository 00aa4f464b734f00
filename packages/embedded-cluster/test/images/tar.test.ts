import { execFileSync } from "node:child_process";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "@jest/globals";
import { packTar, type TarMember } from "../../src/images/tar.ts";

const member = (path: string, text: string, mode?: number): TarMember => ({
  path,
  size: Buffer.byteLength(text),
  content: [Buffer.from(text)],
  ...(mode === undefined ? {} : { mode }),
});

describe("a tar", () => {
  const texts = ["short", "x".repeat(512), "y".repeat(513)] as const;
  const long = `${"folder/".repeat(20)}c`; // longer than the 100 bytes of a plain header
  const members = () => [member("usr/bin/a", texts[0], 0o755), member("b", texts[1]), member(long, texts[2])];

  test("is read by the system's tar, with owner, mode and date", async () => {
    const input = await buffer(packTar(members()));
    const options = { input, encoding: "utf8", env: { ...process.env, TZ: "UTC", LC_ALL: "C" } } as const;
    const list = execFileSync("tar", ["-tvf", "-", "--numeric-owner"], options).trim().split("\n");
    expect(list.map((line) => line.replace(/\s+/g, " "))).toEqual([
      "-rwxr-xr-x 0/0 5 1970-01-01 00:00 usr/bin/a",
      "-rw-r--r-- 0/0 512 1970-01-01 00:00 b",
      `-rw-r--r-- 0/0 513 1970-01-01 00:00 ${long}`,
    ]);
    expect(execFileSync("tar", ["-xOf", "-"], options)).toBe(texts.join(""));
  });

  test("of equal members is equal", async () => {
    expect(await buffer(packTar(members()))).toEqual(await buffer(packTar(members())));
  });

  test("breaks off where a content is not as long as was said, or cannot be read", async () => {
    await expect(buffer(packTar([{ ...member("a", "abc"), size: 4 }]))).rejects.toThrow(/size/i);
    const unreadable = async function* () {
      yield Buffer.from("a");
      throw new Error("the disk is gone");
    };
    await expect(buffer(packTar([{ path: "a", size: 2, content: unreadable() }]))).rejects.toThrow("the disk is gone");
  });
});
