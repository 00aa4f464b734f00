import { setTimeout as sleep } from "node:timers/promises";
import { TestEnvironment } from "jest-environment-node";
import { parseOnce } from "./parsed-once.mjs";

/**
 * What ended a moment ago may take this many rounds of the event loop to be closed, 20 ms apart. Rounds and no clock: a machine that
 * stands still for seconds lets time pass in which nothing could be closed.
 */
const rounds = 250;

const activeNow = () => {
  const counts = new Map();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
};

/** The child processes among what is open, with their exit codes: what most often says where something was left. */
const childrenNow = () =>
  process
    ._getActiveHandles()
    .flatMap(({ spawnargs, exitCode }) =>
      spawnargs === undefined ? [] : [`${spawnargs.join(" ")} (exit code ${exitCode})`],
    );

/**
 * Fails a file of tests that leaves a timer, a socket or a child process behind. Such a one keeps jest's worker from ending, or not, as
 * the order of the files and the load of the machine have it, so that jest itself reports it now and then only.
 */
export default class NoLeftovers extends TestEnvironment {
  async setup() {
    await super.setup();
    parseOnce();
    void [process.stdin, process.stdout, process.stderr]; // opened when they are first used, and then for good
    this.before = activeNow();
  }

  async teardown() {
    const left = () =>
      [...activeNow()].filter(([type, count]) => count > (this.before.get(type) ?? 0)).map(([type]) => type);
    for (let round = 0; round < rounds && left().length > 0; round++) await sleep(20, undefined, { ref: false });
    const found = [...left(), ...(left().length > 0 ? childrenNow() : [])];
    await super.teardown();
    if (found.length > 0) throw new Error(`The tests of this file left something open: ${found.join(", ")}.`);
  }
}
