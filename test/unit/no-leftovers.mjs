import { setTimeout as sleep } from "node:timers/promises";
import { TestEnvironment } from "jest-environment-node";
import { parseOnce } from "./parsed-once.mjs";
import { leaveNotedStacks } from "./untranslated-stacks.mjs";

/** What ended a moment ago may take this long to be closed, in milliseconds. */
const timeout = 2000;

const activeNow = () => {
  const counts = new Map();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
};

/**
 * Fails a file of tests that leaves a timer, a socket or a child process behind. Such a one keeps jest's worker from ending, or not, as
 * the order of the files and the load of the machine have it, so that jest itself reports it now and then only.
 */
export default class NoLeftovers extends TestEnvironment {
  async setup() {
    await super.setup();
    parseOnce();
    leaveNotedStacks(this.global);
    void [process.stdin, process.stdout, process.stderr]; // opened when they are first used, and then for good
    this.before = activeNow();
  }

  async teardown() {
    const left = () =>
      [...activeNow()].filter(([type, count]) => count > (this.before.get(type) ?? 0)).map(([type]) => type);
    const end = Date.now() + timeout;
    while (left().length > 0 && Date.now() < end) await sleep(20, undefined, { ref: false });
    const found = left();
    await super.teardown();
    if (found.length > 0) throw new Error(`The tests of this file left something open: ${found.join(", ")}.`);
  }
}
