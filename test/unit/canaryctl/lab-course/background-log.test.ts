import { mkdtempSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { backgroundLog } from "../../../../canaryctl/src/lab-course/background-log.ts";

test("all of it is in a private file, and the last whole line is told once", () => {
  const path = join(mkdtempSync(join(tmpdir(), "labs-")), "labs.log");
  const log = backgroundLog(path, ".lab/labs.log");
  expect(log.takeLastLine()).toBeUndefined();
  log.write("one\ntw");
  expect(log.takeLastLine()).toBe("one");
  log.write("o\n\nthr");
  expect([log.takeLastLine(), log.takeLastLine()]).toEqual(["two", undefined]);
  expect(readFileSync(path, "utf8")).toBe("one\ntwo\n\nthr");
  expect(statSync(path).mode & 0o777).toBe(0o600);
});
