import { describe, expect, test } from "@jest/globals";
import { EngineBusyError } from "../../../../canaryctl/src/engine/engine.ts";
import type { FileState, StackLock } from "../../../../canaryctl/src/engine/file-state.ts";
import { updateStack } from "../../../../canaryctl/src/engine/update.ts";
import { fakeLab } from "../fake-lab.ts";

const held: StackLock = { path: "/locks/1.json", pid: 7, host: "here", isHeld: true };

/** A state whose stack is held for the first `looks` looks. */
function stateHeldFor(looks: number, dead: readonly StackLock[] = []): FileState {
  let left = looks;
  const state: Pick<FileState, "locks" | "dropDeadLocks"> = {
    locks: () => (left-- > 0 ? [held] : []),
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
    const { lab, log } = fakeLab({ state: stateHeldFor(0, [{ ...held, pid: 99, isHeld: false }]) });
    await updateStack(lab, { say: (line) => log.push(line) });
    expect(log[0]).toContain("process 99");
  });

  test("a held stack is an error that says by whom, and nothing is run", async () => {
    const { lab, log } = fakeLab({ state: stateHeldFor(9) });
    const updated = updateStack(lab, { say: () => {} });
    await expect(updated).rejects.toBeInstanceOf(EngineBusyError);
    await expect(updated).rejects.toThrow(/process 7 on here/);
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
});
