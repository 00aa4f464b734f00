import { expect, test } from "@jest/globals";
import { ActLog } from "../../../../canaryctl/src/ui/act-log.ts";
import type { Ended } from "../../../../canaryctl/src/ui/act-process.ts";

/** Processes that end when a test says so. */
function acting() {
  const begun: { readonly words: readonly string[]; print(line: string): void; end(ended: Ended): void }[] = [];
  const unused = { count: 0 };
  let told = 0;
  const log = new ActLog(
    () => {
      told++;
    },
    () => {
      unused.count++;
      return {
        run: (words, print) => {
          unused.count--;
          return new Promise((end) => void begun.push({ words, print, end }));
        },
        end: () => void unused.count--,
      };
    },
  );
  return { log, begun, unused, told: () => told };
}

test("an act is a command line of its stack, whose output and end are told", async () => {
  const { log, begun, told } = acting();
  const done = log.do("staging", { name: "set-traffic", canary: 30 });
  expect(begun[0]?.words).toEqual(["--stack", "staging", "set-traffic", "70", "30"]);
  expect(log.isRunning("staging")).toBe(true);
  begun[0]?.print("a note");
  begun[0]?.print("Traffic: 90/10 -> 70/30");
  begun[0]?.end({ exitCode: 0 });
  expect(await done).toMatchObject({
    command: "set-traffic 70 30",
    state: "done",
    output: "a note\nTraffic: 90/10 -> 70/30",
  });
  expect([log.of("staging").length, log.of("dev").length, told()]).toEqual([1, 0, 4]);
});

test("an act of a service is a command line that names it, which the page shows, and is no other application's", async () => {
  const { log, begun } = acting();
  const done = log.do("dev/orders", { name: "promote" });
  expect(begun[0]?.words).toEqual(["--stack", "dev", "--app", "orders", "promote"]);
  begun[0]?.end({ exitCode: 0 });
  expect(await done).toMatchObject({ command: "--app orders promote" });
  expect([log.of("dev/orders").length, log.of("dev").length]).toEqual([1, 0]);
});

test("a rollback begins while another act runs", async () => {
  const { log, begun } = acting();
  const moving = log.do("dev", { name: "promote" });
  const back = log.do("dev", { name: "rollback" });
  expect(begun.map(({ words }) => words.at(-1))).toEqual(["promote", "rollback"]);
  begun[1]?.end({ exitCode: 0 });
  expect((await back).state).toBe("done");
  expect(log.of("dev").map(({ command, state }) => `${command} ${state}`)).toEqual([
    "rollback done",
    "promote running",
  ]);
  begun[0]?.end({ exitCode: 1 });
  expect((await moving).state).toBe("failed");
});

test("a process is ready for an act and for its rollback, and is replaced after the act, not beside it", async () => {
  const { log, begun, unused } = acting();
  log.prepare();
  expect(unused.count).toBe(2);
  const first = log.do("dev", { name: "abort" });
  const second = log.do("dev", { name: "rollback" });
  expect([begun.length, unused.count]).toEqual([2, 0]);
  begun[1]?.end({ exitCode: 0 });
  await second;
  expect(unused.count).toBe(2);
  begun[0]?.end({ exitCode: 0 });
  await first;
  expect(unused.count).toBe(2);
});

test("what is ready ends with the server, which waits for what is under way", async () => {
  const { log, begun, unused } = acting();
  log.prepare();
  const done = log.do("dev", { name: "abort" });
  let isOver = false;
  const over = log.end().then(() => {
    isOver = true;
  });
  await Promise.resolve();
  expect([unused.count, isOver]).toEqual([0, false]);
  begun[0]?.end({ exitCode: 0 });
  await Promise.all([done, over]);
  expect(unused.count).toBe(0);
});

test("a process that cannot be told its words is a failed act", async () => {
  const failing = () => ({ run: () => Promise.reject(new Error("it has ended")), end: () => {} });
  const log = new ActLog(() => {}, failing);
  expect(await log.do("dev", { name: "abort" })).toMatchObject({ state: "failed", output: "Error: it has ended" });
});

test("the last acts are kept, and those that run", async () => {
  const { log, begun } = acting();
  const first = log.do("dev", { name: "promote" });
  for (let more = 1; more <= 20; more++) {
    const done = log.do("dev", { name: "faults", side: "stable", fault: "none" });
    begun[more]?.end({ exitCode: 0 });
    await done;
  }
  expect([log.of("dev").length, log.of("dev").at(-1)?.state]).toEqual([9, "running"]);
  begun[0]?.end({ exitCode: 0 });
  await first;
});
