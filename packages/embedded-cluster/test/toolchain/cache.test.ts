import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withLock } from "@canary-lab/kit/lock";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { fillBin } from "../../src/toolchain/bin.ts";
import { buildCaches, draftsFolder, toolsFolder } from "../../src/toolchain/build-context.ts";
import {
  buildLock,
  deleteInBackground,
  dropUnused,
  makeCache,
  noteUse,
  setAside,
  unitsUsedBy,
} from "../../src/toolchain/cache.ts";
import { commands } from "./example-settings.ts";

let folder: string;
let cache: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "cache-")));
  cache = join(folder, "cache");
  makeCache(cache, commands);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const day = 24 * 3600 * 1000;
const now = new Date("2026-11-26T12:00:00Z");
const unit = (name: string, usedDaysAgo: number): string => {
  const path = join(toolsFolder(cache), name);
  mkdirSync(path, { recursive: true });
  const used = new Date(now.getTime() - usedDaysAgo * day);
  utimesSync(path, used, used);
  return path;
};
const units = () => readdirSync(toolsFolder(cache)).filter((name) => name.includes("-"));
const deleted = async () => {
  const until = performance.now() + 5000;
  while (readdirSync(join(cache, "deleting")).length > 0 && performance.now() < until) await sleep(20);
  return readdirSync(join(cache, "deleting")).length === 0;
};

describe("the cache folder", () => {
  test("is private to the user", () => {
    expect(statSync(cache).mode & 0o777).toBe(0o700);
    expect(statSync(toolsFolder(cache)).mode & 0o777).toBe(0o700);
  });

  test.each([
    ["others may write to it", 0o777],
    ["others may write to it, sticky or not", 0o1777],
    ["its group may write to it", 0o770],
  ])("is refused where %s", (_, mode) => {
    chmodSync(cache, mode);
    expect(() => makeCache(cache, commands)).toThrow(/Others may write to it/);
  });

  test("is refused where others may write to a folder above it, unless only owners can rename there", () => {
    chmodSync(folder, 0o777);
    expect(() => makeCache(cache, commands)).toThrow(expect.objectContaining({ place: folder }));
    chmodSync(folder, 0o1777);
    expect(() => makeCache(cache, commands)).not.toThrow();
  });

  test("is refused where it belongs to somebody else, in words that say what to do", () => {
    const isRoot = process.getuid?.() === 0;
    if (isRoot) chownSync(cache, 65534, 65534);
    const reader = isRoot ? 0 : statSync(cache).uid + 1; // who is not root cannot give a folder away
    expect(() => makeCache(cache, commands, reader)).toThrow(/It belongs to user \d+/);
  });

  test("is refused behind a link to a folder that others may write to", () => {
    const open = join(folder, "open");
    mkdirSync(open);
    chmodSync(open, 0o777);
    symlinkSync(open, join(folder, "link"));
    expect(() => makeCache(join(folder, "link", "cache"), commands)).toThrow(/Others may write to it/);
  });
});

describe("units that nobody used for 30 days", () => {
  test("go, whatever version they are of; others stay, and so does what is no unit", () => {
    unit("helm-0123456789ab", 29);
    unit("helm-ba9876543210", 31);
    unit("other-folder", 99);
    dropUnused(cache, () => [], now);
    expect(units().sort()).toEqual(["helm-0123456789ab", "other-folder"]);
  });

  test("stay where a cluster runs from them, and where their use was noted", () => {
    unit("helm-0123456789ab", 31);
    const noted = unit("helm-ba9876543210", 31);
    noteUse([noted, join(toolsFolder(cache), "absent-000000000000")], now);
    dropUnused(cache, () => ["helm-0123456789ab"], now);
    expect(units().sort()).toEqual(["helm-0123456789ab", "helm-ba9876543210"]);
  });

  test("a cluster's bin tells what it runs from, by links and by wrappers", () => {
    const bin = join(folder, "bin");
    fillBin(bin, {
      kubectl: { link: join(toolsFolder(cache), "kubernetes-0123456789ab", "kubectl") },
      kubelet: { link: join(toolsFolder(cache), "kubernetes-0123456789ab", "kubelet") },
      runc: { script: `#!/bin/sh\nexec '${toolsFolder(cache)}/debian-ba9876543210/usr/sbin/runc' "$@"\n` },
      node: { link: "/usr/bin/node" },
    });
    expect(unitsUsedBy(bin, cache).sort()).toEqual(["debian-ba9876543210", "kubernetes-0123456789ab"]);
    expect(unitsUsedBy(join(folder, "none"), cache)).toEqual([]);
  });
});

describe("what is no longer needed", () => {
  test("is moved away at once, and deleted by a process of its own", async () => {
    const path = unit("helm-0123456789ab", 0);
    writeFileSync(join(path, "helm"), "");
    setAside(cache, path);
    expect(existsSync(path)).toBe(false);
    deleteInBackground(cache);
    expect(await deleted()).toBe(true);
  });

  test("of a killed build goes, caches and drafts", async () => {
    for (const left of [buildCaches(cache), draftsFolder(cache)]) mkdirSync(join(left, "files"), { recursive: true });
    deleteInBackground(cache);
    const gone = () => !existsSync(buildCaches(cache)) && !existsSync(draftsFolder(cache));
    const until = performance.now() + 5000;
    while (!gone() && performance.now() < until) await sleep(20);
    expect(gone()).toBe(true);
    expect(await deleted()).toBe(true);
  });

  test("caches and drafts of a build that runs stay", async () => {
    for (const used of [buildCaches(cache), draftsFolder(cache)]) mkdirSync(used);
    await withLock(
      buildLock(cache),
      () => {},
      async () => {
        const old = unit("helm-0123456789ab", 0);
        setAside(cache, old);
        deleteInBackground(cache);
        expect(await deleted()).toBe(true); // by then the process has tried both
        expect([buildCaches(cache), draftsFolder(cache)].every((path) => existsSync(path))).toBe(true);
      },
    );
  });
});
