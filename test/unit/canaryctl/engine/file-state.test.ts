import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
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
  const state = FileState.at(`file://${folder}`, "dev");
  if (!state) throw new Error("a folder is a file backend");
  return { folder, lock, state };
}

test("only a folder can be read", () => {
  expect(FileState.at("s3://bucket", "dev")).toBeUndefined();
  expect(FileState.at("https://api.pulumi.com", "dev")).toBeUndefined();
});

test("drops the locks of processes that are gone, and no other", () => {
  const { lock, state } = backend();
  const dead = lock("dead", JSON.stringify({ pid: noProcess, hostname: hostname() }));
  const reused = lock("reused", JSON.stringify({ pid: process.pid, hostname: hostname() })); // this is no `pulumi`
  const cut = lock("cut", "{");
  const elsewhere = lock("elsewhere", JSON.stringify({ pid: noProcess, hostname: "another-machine" }));
  expect(state.dropDeadLocks()).toHaveLength(3);
  expect([dead, reused, cut, elsewhere].map((path) => existsSync(path))).toEqual([false, false, false, true]);
  expect(state.locks()).toMatchObject([{ host: "another-machine", isHeld: true }]);
});

test("reads the state that the engine saved", () => {
  const { folder, state } = backend();
  expect(state.exists()).toBe(false);
  expect(state.read()).toBeUndefined();
  mkdirSync(join(folder, ".pulumi/stacks/canary-lab"), { recursive: true });
  writeFileSync(
    join(folder, ".pulumi/stacks/canary-lab/dev.json"),
    JSON.stringify({ checkpoint: { latest: { resources: [] } } }),
  );
  expect(state.exists()).toBe(true);
  expect(state.read()).toEqual({ resources: [] });
});
