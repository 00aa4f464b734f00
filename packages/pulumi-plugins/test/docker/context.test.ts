import { chmodSync, mkdirSync, mkdtempSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { contextDigest, contextFiles } from "../../src/docker/context.ts";

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), "context-"));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content, { mode: 0o644 });
  }
  return folder;
}

const filesOf = (files: Record<string, string>) => {
  const folder = folderWith({ Dockerfile: "FROM scratch", ...files });
  return contextFiles(folder, join(folder, "Dockerfile"));
};

describe("the files of a context", () => {
  test("are all files, links among them, in a stable order", () => {
    const folder = folderWith({ "b/z": "", "b.txt": "", a: "", "c/d/e": "" });
    symlinkSync("nowhere", join(folder, "link"));
    expect(contextFiles(folder, "Dockerfile")).toEqual(["a", "b/z", "b.txt", "c/d/e", "link"]);
  });

  test("leave out what .dockerignore says, comments and blanks in it aside", () => {
    const files = {
      ".dockerignore": "# comment\n\nnode_modules\n*.log\n**/*.tmp\r\n",
      "node_modules/x/y": "",
      "a.log": "",
    };
    expect(filesOf({ ...files, "sub/b.log": "", "sub/c.tmp": "", "sub/d": "" })).toEqual([
      ".dockerignore",
      "Dockerfile",
      "sub/b.log",
      "sub/d",
    ]);
  });

  test("keep what is excepted, below ignored folders too", () => {
    const files = { "dist/server.mjs": "", "src/server.ts": "", "dist/sub/load.mjs": "", "package.json": "" };
    expect(filesOf({ ".dockerignore": "*\n!Dockerfile\n!dist\n", ...files })).toEqual([
      "Dockerfile",
      "dist/server.mjs",
      "dist/sub/load.mjs",
    ]);
    expect(filesOf({ ".dockerignore": "*\n!dist/sub\n", ...files })).toEqual(["dist/sub/load.mjs"]);
    expect(filesOf({ ".dockerignore": "*\n!**/*.ts\n", ...files })).toEqual(["src/server.ts"]);
  });

  test("follow the ignore file of the Dockerfile, where it has one of its own", () => {
    const folder = folderWith({
      "Other.Dockerfile": "",
      "Other.Dockerfile.dockerignore": "a",
      ".dockerignore": "b",
      a: "",
      b: "",
    });
    expect(contextFiles(folder, join(folder, "Other.Dockerfile"))).not.toContain("a");
    expect(contextFiles(folder, join(folder, "Other.Dockerfile"))).toContain("b");
  });

  test("of the lab's own service are the Dockerfile and the bundles", () => {
    const folder = folderWith({
      ".dockerignore": "*\n!Dockerfile\n!dist\n",
      Dockerfile: "",
      "dist/server.mjs": "",
      "dist/load.mjs": "",
      "src/server.ts": "",
      "test/app.test.ts": "",
      "package.json": "",
    });
    expect(contextFiles(folder, join(folder, "Dockerfile"))).toEqual([
      "Dockerfile",
      "dist/load.mjs",
      "dist/server.mjs",
    ]);
  });
});

describe("the digest of a context", () => {
  const context = () =>
    folderWith({ Dockerfile: "FROM scratch", ".dockerignore": "ignored", "src/a": "1", ignored: "x" });
  const digest = (folder: string) => contextDigest(folder, join(folder, "Dockerfile"));

  test("is a SHA-256 that two checkouts agree on, whatever the times and the place", () => {
    const [one, two] = [context(), context()];
    utimesSync(join(two, "src/a"), 1, 1);
    expect(digest(one)).toMatch(/^[0-9a-f]{64}$/);
    expect(digest(two)).toBe(digest(one));
  });

  test.each<[string, (folder: string) => void]>([
    ["the Dockerfile", (folder) => writeFileSync(join(folder, "Dockerfile"), "FROM scratch\nUSER 1")],
    ["a file", (folder) => writeFileSync(join(folder, "src/a"), "2")],
    ["a mode", (folder) => chmodSync(join(folder, "src/a"), 0o755)],
    ["one file more", (folder) => writeFileSync(join(folder, "src/b"), "")],
    ["one file less", (folder) => unlinkSync(join(folder, "src/a"))],
    ["a link's target", (folder) => symlinkSync("elsewhere", join(folder, "link"))],
  ])("changes with %s", (_what, change) => {
    const folder = context();
    symlinkSync("somewhere", join(folder, "other"));
    const before = digest(folder);
    change(folder);
    expect(digest(folder)).not.toBe(before);
  });

  test("does not change with what is ignored", () => {
    const folder = context();
    const before = digest(folder);
    writeFileSync(join(folder, "ignored"), "y");
    expect(digest(folder)).toBe(before);
  });

  test("covers a Dockerfile outside of the context, under whatever name", () => {
    const folder = context();
    const elsewhere = folderWith({ "a.Dockerfile": "FROM a", "b.Dockerfile": "FROM a", "c.Dockerfile": "FROM c" });
    const digests = ["a", "b", "c"].map((name) => contextDigest(folder, join(elsewhere, `${name}.Dockerfile`)));
    expect(digests[0]).toBe(digests[1]);
    expect(digests[0]).not.toBe(digests[2]);
  });
});
