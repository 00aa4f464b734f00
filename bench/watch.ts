import { setTimeout as sleep } from "node:timers/promises";
import { start } from "../test/e2e/support/command.ts";
import { canaryctl, canaryctlFile } from "../test/e2e/support/lab.ts";
import { until } from "../test/e2e/support/until.ts";
import { bytesOf } from "./memory.ts";
import { secondsOf } from "./sample.ts";
import type { Row } from "./table.ts";

/** How long it watches; 30 is the promise, and the longest load. */
const minutes = Number(process.env.WATCH_MINUTES ?? 30);

const betweenSamplesMilliseconds = 5000;

/** Resident memory of `canaryctl watch`, which counts 50 requests per second meanwhile: what it needs more at the end than in the middle. */
export async function measureWatch(): Promise<Row> {
  secondsOf(await canaryctl("set-traffic", "90", "10"));
  const timeoutSeconds = minutes * 60 + 120;
  const watch = start(canaryctlFile, ["watch"], { timeoutSeconds });
  const load = start(canaryctlFile, ["load", "--rate", "50", "--for", `${minutes}m`], { timeoutSeconds, quiet: true });
  const samples: number[] = [];
  try {
    await until("requests are counted", () => /seen \d/.test(watch.output()), { seconds: 60 });
    let isLoaded = true;
    const over = load.finished.finally(() => {
      isLoaded = false;
    });
    while (isLoaded) {
      samples.push(residentMegabytes(watch.pid));
      await Promise.race([over, sleep(betweenSamplesMilliseconds)]);
    }
    secondsOf(await over);
  } finally {
    await Promise.all([interrupt(watch), interrupt(load)]);
  }
  console.error(`# canaryctl watch: ${samples[0]} MB at first, ${samples.at(-1)} MB after ${minutes} minutes`);
  return {
    what: `\`canaryctl watch\` for ${minutes} minutes: resident memory, the last third above the second`,
    values: [growthOf(samples)],
    unit: "MB",
    atMost: 5,
  };
}

async function interrupt({ pid, finished }: ReturnType<typeof start>): Promise<void> {
  try {
    process.kill(-pid, "SIGINT");
  } catch {
    // it has ended
  }
  await finished;
}

/**
 * The least of the last third above the least of the second one: a process in JavaScript first grows to what suits it, and what its garbage
 * takes goes up and down.
 *
 * @param samples at least three, in the order of time
 */
export function growthOf(samples: readonly number[]): number {
  const third = Math.floor(samples.length / 3);
  const last = samples.slice(-third);
  return Math.min(...last) - Math.min(...samples.slice(-2 * third, -third));
}

/** Resident memory in millions of bytes; NaN, which keeps no bound, of a process that has none any more. @throws Error where it is gone */
const residentMegabytes = (pid: number): number =>
  Math.round((bytesOf(pid, "status", "VmRSS") ?? Number.NaN) / 1e5) / 10;
