import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "@jest/globals";
import { pageFolder } from "../../../../canaryctl/src/ui/shell.ts";

const files = ["page.js", "page.css"].map((name) => readFileSync(join(pageFolder, name)));

test("the page, as `npm ci` builds it, is below 150 kB", () => {
  expect(files.reduce((sum, file) => sum + gzipSync(file).length, 0)).toBeLessThan(150_000);
});

test("its style sheet fetches nothing", () => {
  expect(files[1]?.toString()).not.toMatch(/url\(|@import/);
});
