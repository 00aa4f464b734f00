import { readFileSync, rmSync } from "node:fs";
import { defaultCache } from "@canary-lab/embedded-cluster/settings";
import { inLab } from "../cluster/lab-folder.ts";
import { down, up } from "../test/e2e/support/lab.ts";
import { secondsOf } from "./sample.ts";
import type { Row } from "./table.ts";

const minutes = 22;

/** `npm run up` with nothing cached, beside the sum of its builds. Takes down the lab that stands and drops all tools. */
export async function measureColdUp(): Promise<Row> {
  secondsOf(await down());
  rmSync(defaultCache(), { recursive: true, force: true });
  const seconds = secondsOf(await up());
  return {
    what: "cold `npm run up`, nothing cached",
    values: [seconds],
    unit: "s",
    floors: [{ name: "sum of the builds", values: [buildSeconds(readDurations())], unit: "s" }],
    atMost: minutes * 60,
  };
}

/** What the stages that make tools took when they last ran: they run one after the other. */
export const buildSeconds = (durations: Readonly<Record<string, number>>): number =>
  Object.entries(durations)
    .filter(([stage]) => stage.startsWith("build "))
    .reduce((sum, [, seconds]) => sum + seconds, 0);

/** The sum of the builds as recorded when the tools were made here; nothing where they were not built. */
export function recordedBuilds(): readonly Row[] {
  const seconds = buildSeconds(readDurations());
  return seconds === 0
    ? []
    : [{ what: "builds of the tools, as recorded when they were last made", values: [seconds], unit: "s" }];
}

const readDurations = (): Record<string, number> => JSON.parse(readFileSync(inLab("durations.json"), "utf8"));
