import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Progress } from "@canary-lab/kit/progress";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { buildCaches, draftsFolder } from "../../src/toolchain/build-context.ts";
import { type BuildUnit, isBuilt, makeUnit } from "../../src/toolchain/build-unit.ts";
import { makeCache } from "../../src/toolchain/cache.ts";
import { buildOnce } from "../../src/toolchain/toolchain.ts";
import { commands } from "./example-settings.ts";

const progress: Progress = { stage: async (_, work) => work(() => {}), say: () => {} };

let folder: string;
let cache: string;
let release: () => void;
let made: number;
let making: Promise<void>;
let unit: BuildUnit;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cache-"));
  cache = join(folder, "cache");
  makeCache(cache, commands);
  made = 0;
  let begin: () => void;
  making = new Promise((resolve) => {
    begin = resolve;
  });
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  unit = {
    name: "tool",
    stage: "build tool",
    key: "0123456789ab",
    outputs: ["binary"],
    seconds: 1,
    gigabytes: 1,
    async make(draft) {
      made++;
      begin();
      mkdirSync(buildCaches(cache), { recursive: true });
      await released;
      writeFileSync(join(draft, "binary"), "");
    },
  };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** One checkout's `up`, as far as the tools go. */
const checkout = (waiting: () => void = () => {}) =>
  buildOnce(
    cache,
    () => isBuilt(cache, unit),
    waiting,
    () => makeUnit(cache, unit, [], progress),
  );

describe("two checkouts with one cache", () => {
  test("that need the same unit make it once, and the second says that it waits", async () => {
    const first = checkout();
    await making; // it has the lock
    let isWaiting: () => void = () => {};
    const waits = new Promise<void>((resolve) => {
      isWaiting = resolve;
    });
    const second = checkout(isWaiting);
    await waits;
    release();
    await Promise.all([first, second]);
    expect(made).toBe(1);
    expect(isBuilt(cache, unit)).toBe(true);
  });

  test("where the first fails: the second makes it", async () => {
    const failing = { ...unit, make: async () => Promise.reject(new Error("no network")) };
    const first = buildOnce(
      cache,
      () => false,
      () => {},
      () => makeUnit(cache, failing, [], progress),
    );
    const second = checkout();
    release();
    await expect(first).rejects.toThrow("no network");
    await second;
    expect([made, isBuilt(cache, unit)]).toEqual([1, true]);
  });

  test("a unit that is there needs no lock", async () => {
    release();
    await checkout();
    await checkout(() => {
      throw new Error("waited");
    });
    expect(made).toBe(1);
  });
});

test("after a build its caches and drafts wait to be deleted", async () => {
  release();
  await checkout();
  expect([existsSync(buildCaches(cache)), existsSync(draftsFolder(cache))]).toEqual([false, false]);
  expect(readdirSync(join(cache, "deleting")).map((name) => name.split(".")[0])).toEqual(["building", "drafts"]);
});
