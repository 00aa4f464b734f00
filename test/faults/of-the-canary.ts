import { canaryctl } from "../e2e/support/lab.ts";
import type { Fault } from "./fault.ts";

/** A command of the lab that makes the fault. @throws Error where it fails */
async function faults(...flags: readonly string[]): Promise<void> {
  const { exitCode, output } = await canaryctl("faults", "canary", ...flags);
  if (exitCode !== 0) throw new Error(output);
}

const bad = (name: string, flags: readonly string[], more: Partial<Fault> = {}): Fault => ({
  name: `canary: ${name}`,
  inject: () => faults(...flags),
  heal: () => faults("--none"),
  rollsBackWithin: 2,
  ...more,
});

/** A canary that is bad and is rolled back by hand, at once. That the judge sees it is measured by `npm run bench -- judge` and 10-judged. */
export const ofTheCanary: readonly Fault[] = [
  bad("500 for 1 %", ["--error-rate", "0.01"], { loses: "answers" }),
  bad("500 for 5 %", ["--error-rate", "0.05"], { loses: "answers" }),
  bad("500 for 30 %", ["--error-rate", "0.3"], { loses: "answers" }),
  bad("500 ms slower", ["--latency", "500"]),
  bad("hangs for 10 s", ["--latency", "10000"], { loses: "answers" }),
  bad("not ready", ["--not-ready"], { loses: "answers" }),
  {
    name: "canary: crashes",
    inject: () => faults("--crash"),
    loses: "pod",
    rollsBackWithin: 2,
  },
];
