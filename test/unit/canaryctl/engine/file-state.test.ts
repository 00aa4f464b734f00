import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, utimesSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { EngineNotes } from "../../../../canaryctl/src/engine/engine-notes.ts";
import { FileState } from "../../../../canaryctl/src/engine/file-state.ts";

const noProcess = 2 ** 22 + 1; // above what Linux gives out

function backend() {
  const folder = mkdtempSync(join(tmpdir(), "state-"));
  const locks = join(folder, ".pulumi/locks/organization/canary-lab/dev");
  mkdirSync(locks, { recursive: true });
  const lock = (name: string, content: string) => {
    writeFileSync(join(locks, `${name}.json`), content);
    return join(locks, `${name}.json`);
  };
  const notes = new EngineNotes(join(folder, "engines"));
  const state = FileState.at(`file://${folder}`, "dev", notes);
  if (!state) throw new Error("a folder is a file backend");
  return { folder, lock, notes, state };
}

test("only a folder can be read", () => {
  expect(FileState.at("s3://bucket", "dev")).toBeUndefined();
  expect(FileState.at("https://api.pulumi.com", "dev")).toBeUndefined();
});

describe("locks", () => {
  const here = { hostname: hostname(), timestamp: "2026-01-01T10:00:00.5Z", username: "ci" };

  test("those of engines that were started here and are gone are dropped, and no other", () => {
    const { lock, state, notes } = backend();
    notes.add(noProcess);
    notes.add(process.pid);
    const dead = lock("dead", JSON.stringify({ ...here, pid: noProcess }));
    const reused = lock("reused", JSON.stringify({ ...here, pid: process.pid })); // this is no `pulumi`
    const cut = lock("cut", "{");
    const elsewhere = lock("elsewhere", JSON.stringify({ pid: noProcess, hostname: "another-machine" }));
    expect(state.dropDeadLocks()).toHaveLength(3);
    expect([dead, reused, cut, elsewhere].map((path) => existsSync(path))).toEqual([false, false, false, true]);
    expect(state.locks()).toMatchObject([{ host: "another-machine", holder: "elsewhere", since: undefined }]);
    expect(notes.isFromHere(noProcess)).toBe(false); // the id may be given out again
  });

  test("one of this host name whose process is not seen is another container's, unless all processes are seen", () => {
    const { lock, state } = backend();
    lock("a", JSON.stringify({ ...here, pid: noProcess }));
    const seesAll = !existsSync("/proc/self/ns/pid") || readlinkSync("/proc/self/ns/pid") === "pid:[4026531836]";
    expect(state.locks()).toMatchObject([
      { holder: seesAll ? "dead" : "elsewhere", user: "ci", since: Date.parse("2026-01-01T10:00:00.5Z") },
    ]);
  });
});

test("older copies of the state are dropped, and what the history tells stays, as does all of other stacks", () => {
  const { folder, state } = backend();
  const place = (...parts: readonly string[]) => join(folder, ".pulumi", ...parts);
  const write = (path: string) => {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "{}");
  };
  const numbers = Array.from({ length: 30 }, (_, index) => 1_795_959_268_414_878_740n + BigInt(index) * 10n ** 9n);
  for (const number of numbers) {
    for (const name of ["history.json", "checkpoint.json", "checkpoint.json.attrs"])
      write(place("history/canary-lab/dev", `dev-${number}.${name}`));
    write(place("history/canary-lab/prod", `prod-${number}.checkpoint.json`));
    write(place("backups/canary-lab/dev", `dev.${number}.json`));
  }
  state.dropOldCopies();
  const named = (...parts: readonly string[]) => readdirSync(place(...parts));
  const history = named("history/canary-lab/dev");
  expect(history.filter((name) => name.endsWith(".history.json"))).toHaveLength(30);
  const kept = numbers.slice(-20).map(String);
  for (const end of [".checkpoint.json", ".checkpoint.json.attrs"])
    expect(history.filter((name) => name.endsWith(end))).toEqual(kept.map((number) => `dev-${number}${end}`));
  expect(named("backups/canary-lab/dev")).toEqual(kept.map((number) => `dev.${number}.json`));
  expect(named("history/canary-lab/prod")).toHaveLength(30);
  FileState.at(`file://${folder}/nowhere`, "dev")?.dropOldCopies(); // where nothing is kept, nothing is dropped
});

describe("the state", () => {
  const saved = { version: 4, features: ["hooks"], checkpoint: { latest: { resources: [] } } };
  const read = { version: 4, features: ["hooks"], deployment: { resources: [] } };

  function saveAs(folder: string, name: string, content: string | Buffer): string {
    const stacks = join(folder, ".pulumi/stacks/canary-lab");
    mkdirSync(stacks, { recursive: true });
    writeFileSync(join(stacks, name), content);
    return join(stacks, name);
  }

  test("is read as the engine saved it, compressed or not", () => {
    const { folder, state } = backend();
    expect(state.exists()).toBe(false);
    expect(state.read()).toBeUndefined();
    saveAs(folder, "dev.json", JSON.stringify(saved));
    expect(state.exists()).toBe(true);
    expect(state.read()).toEqual(read);

    const compressed = backend();
    saveAs(compressed.folder, "dev.json.gz", gzipSync(JSON.stringify(saved)));
    expect(compressed.state.exists()).toBe(true);
    expect(compressed.state.read()).toEqual(read);
  });

  test("is the newer one where the engine began or ended to compress it", () => {
    const { folder, state } = backend();
    const plain = saveAs(folder, "dev.json", JSON.stringify({ ...saved, version: 3 }));
    const compressed = saveAs(folder, "dev.json.gz", gzipSync(JSON.stringify(saved)));
    utimesSync(plain, 1, 1);
    utimesSync(compressed, 2, 2);
    expect(state.read()?.version).toBe(4);
    utimesSync(plain, 3, 3);
    expect(state.read()?.version).toBe(3);
  });

  test("that is cut short is an error, and not a stack that is not there", () => {
    const { folder, state } = backend();
    const file = saveAs(folder, "dev.json", JSON.stringify(saved).slice(0, 40));
    expect(state.exists()).toBe(true);
    expect(() => state.read()).toThrow(
      expect.objectContaining({ message: expect.stringMatching(/damaged/), place: file }),
    );
    saveAs(folder, "dev.json", "");
    expect(() => state.read()).toThrow(/damaged/);
  });
});
