import { afterAll, afterEach, beforeEach, jest } from "@jest/globals";
import { endLoads, runningLoads } from "./traffic.ts";

// A command of the lab takes seconds where jest expects milliseconds. Each command has a limit of its own, which is the one that counts.
jest.setTimeout(180_000);

// A test that fails before it stops its load would leave it to the next ones, which would then measure what they did not send.
let earlier = runningLoads();
beforeEach(() => {
  earlier = runningLoads();
});
afterEach(() => endLoads(earlier));
afterAll(() => endLoads());
