import { mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { readReport, writeReport } from "../../../../canaryctl/src/commands/report.ts";
import { buildProgram } from "../../../../canaryctl/src/main.ts";
import { labWith } from "./reported-lab.ts";

describe("the file", () => {
  test("is for its owner alone, whole, and replaced by the next one", async () => {
    const folder = mkdtempSync(join(tmpdir(), "report-"));
    const report = await readReport(labWith({ changes: { monitoring: false } }));
    const path = join(folder, "mine.html");
    expect(writeReport(report, path)).toBe(path);
    expect(writeReport(report, path)).toBe(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(["mine.html"]);
    expect(readFileSync(path, "utf8")).toMatch(/^<!doctype html>[\s\S]*<\/html>\n$/);
  });

  test("is not written where there is no folder, and no folder is replaced", async () => {
    const folder = mkdtempSync(join(tmpdir(), "report-"));
    const report = await readReport(labWith({ changes: { monitoring: false } }));
    expect(() => writeReport(report, join(folder, "none", "a.html"))).toThrow("The folder of --output is not there.");
    expect(() => writeReport(report, folder)).toThrow("--output is a folder.");
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    [["--output", "Pulumi.dev.yaml"], "a file whose name ends in .html"],
    [["--since", "yesterday"], "a time in the past"],
    [["--since", "2999-01-01"], "a time in the past"],
  ])("%j is refused", async (words, allowed) => {
    const program = (await buildProgram(["report"])).configureOutput({ writeErr: () => {} });
    for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
    await expect(program.parseAsync(["report", ...words], { from: "user" })).rejects.toThrow(allowed);
  });
});
