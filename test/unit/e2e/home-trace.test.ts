import { mkdirSync, mkdtempSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "@jest/globals";
import { homeTrace } from "../../e2e/support/home-trace.ts";

const home = (): string => mkdtempSync(join(tmpdir(), "home-"));

function write(folder: string, ...files: readonly string[]): void {
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), "");
  }
}

test("what a program begins to keep in a home is found, wherever it keeps it", () => {
  const folder = home();
  const before = homeTrace(folder);
  write(
    folder,
    ".kube/cache/discovery/x.json",
    ".config/go/telemetry/a",
    ".cache/new/x",
    ".tool/x",
    "go/pkg/x",
    ".local/share/y/z",
  );
  const came = homeTrace(folder).filter((path) => !before.includes(path));
  expect(came.map((path) => path.slice(folder.length + 1).replace(/ [\d.]+$/, "")).sort()).toEqual(
    expect.arrayContaining([
      ...[
        ".cache/new",
        ".config/go",
        ".config/go/telemetry/a",
        ".kube",
        ".kube/cache/discovery/x.json",
        ".local/share/y",
      ],
      ...[".tool", "go"],
    ]),
  );
});

test("a file that one of our programs writes again is another one", () => {
  const folder = home();
  write(folder, ".config/go/telemetry/count");
  const before = homeTrace(folder);
  utimesSync(join(folder, ".config/go/telemetry/count"), 1, 1);
  expect(homeTrace(folder)).not.toEqual(before);
});

test("the user's own files, and what other programs do in folders that they had, do not count", () => {
  const folder = home();
  write(folder, ".config/editor/a", ".cache/browser/a");
  const before = homeTrace(folder);
  write(folder, "notes.txt", "src/x", ".config/editor/b", ".cache/browser/b", ".cache/swc-native-0/x");
  expect(readdirSync(folder)).toContain("notes.txt");
  expect(homeTrace(folder)).toEqual(before);
});
