import { describe, expect, test } from "@jest/globals";
import { EngineBusyError } from "../../../../canaryctl/src/engine/engine-failure.ts";
import type { FileState } from "../../../../canaryctl/src/engine/file-state.ts";
import type { StackLock } from "../../../../canaryctl/src/engine/stack-lock.ts";
import { updateStack } from "../../../../canaryctl/src/engine/update.ts";
import { fakeLab, heldLock } from "../fake-lab.ts";

const held = heldLock;

/** A state whose stack is held for the first `looks` looks. */
function stateHeldFor(looks: number, dead: readonly StackLock[] = [], lock = held): FileState {
  let left = looks;
  const state: Pick<FileState, "locks" | "dropDeadLocks"> = {
    locks: () => (left-- > 0 ? [lock] : []),
    dropDeadLocks: () => dead,
  };
  return state as FileState;
}

describe("updateStack", () => {
  test("a stack that nobody holds is updated at once", async () => {
    const { lab, log } = fakeLab({ state: stateHeldFor(0) });
    await updateStack(lab, { say: (line) => log.push(line) });
    expect(log).toEqual(["update"]);
  });

  test("says whose lock it took away", async () => {
    const { lab, log } = fakeLab({ state: stateHeldFor(0, [{ ...held, pid: 99, holder: "dead" }]) });
    await updateStack(lab, { say: (line) => log.push(line) });
    expect(log[0]).toContain("process 99");
  });

  test("a held stack is an error that says by whom, and nothing is run", async () => {
    const { lab, log } = fakeLab({ state: stateHeldFor(9) });
    const updated = updateStack(lab, { say: () => {} });
    await expect(updated).rejects.toBeInstanceOf(EngineBusyError);
    await expect(updated).rejects.toThrow(/process 7 of ci on here/);
    expect(log).toEqual([]);
  });

  test("waits where it may, says so once, and goes on", async () => {
    const { lab, log } = fakeLab({ state: stateHeldFor(2) });
    await updateStack(lab, {
      say: (line) => log.push(line),
      waitSeconds: 5,
      whileWaiting: async () => void log.push("look"),
    });
    expect(log).toEqual([expect.stringContaining("waiting"), "look", "look", "update"]);
  });

  test("a lock of another host that is days old is not waited for: who, since when, and the way out", async () => {
    const old = { ...held, host: "runner-1", since: Date.parse("2026-01-01T10:00:00Z"), holder: "elsewhere" } as const;
    const { lab, log } = fakeLab({ state: stateHeldFor(1000, [], old) });
    const updated = updateStack(lab, { say: (line) => log.push(line), waitSeconds: 900 });
    await expect(updated).rejects.toMatchObject({
      message: expect.stringMatching(/process 7 of ci on runner-1, since 2026-01-01 10:00 UTC, \d+ days ago/),
      next: expect.stringContaining("pulumi cancel --yes dev"),
    });
    expect(log).toEqual([]);
  });

  test("a young lock of another host is waited for", async () => {
    const young = { ...held, since: Date.now() - 60_000, holder: "elsewhere" } as const;
    const { lab, log } = fakeLab({ state: stateHeldFor(2, [], young) });
    await updateStack(lab, { say: (line) => log.push(line), waitSeconds: 5 });
    expect(log).toEqual([expect.stringMatching(/since .* UTC, 1 min ago\): waiting .*pulumi cancel/), "update"]);
  });
});
