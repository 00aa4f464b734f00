import { chmodSync, chownSync, mkdirSync, mkdtempSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { refuseForeignFolder } from "../../src/language/folders.ts";

const root = mkdtempSync(join(tmpdir(), "folders-"));
const folder = (...path: string[]): string => {
  const made = join(root, ...path);
  mkdirSync(made, { recursive: true });
  return made;
};
const project = folder("project");
const home = folder("home");
const allowed = (path: string) => () => refuseForeignFolder(path, project, { PULUMI_HOME: home });

/** A folder that all can write to, as one of another user is to us. */
function open(path: string): string {
  chmodSync(path, 0o777);
  return path;
}

describe("a plugin's folder", () => {
  test("may lie in the project or among the engine's plugins, whoever owns those", () => {
    expect(allowed(open(folder("project", "policies")))).not.toThrow();
    expect(allowed(open(folder("home", "plugins", "resource-x")))).not.toThrow();
  });

  test("may be any that belongs to this user", () => {
    expect(allowed(folder("elsewhere"))).not.toThrow();
  });

  test("is refused where all can write, also through a link or beside the project's name", () => {
    const bad = open(folder("project-of-another"));
    symlinkSync(bad, join(project, "link"));
    for (const path of [bad, join(project, "link")]) {
      expect(allowed(path)).toThrow(expect.objectContaining({ name: "UserError", place: path }));
    }
  });

  // Only root can give a folder away.
  (process.getuid?.() === 0 ? test : test.skip)("is refused where it belongs to another user", () => {
    const theirs = folder("theirs");
    chownSync(theirs, 65534, 65534);
    expect(allowed(theirs)).toThrow("other users can change");
  });
});
