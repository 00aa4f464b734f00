import { canaryctl } from "../test/e2e/support/lab.ts";
import type { EmptyProgram } from "./empty-program.ts";
import { patchWeight } from "./patch.ts";
import { repeat, secondsOf } from "./sample.ts";
import type { Row } from "./table.ts";

const weights = [10, 30, 50, 70];
const weight = (run: number) => weights[run % weights.length] ?? 10;

/** From the start of `canaryctl set-traffic` to its end. */
export async function measureSetTraffic(runs: number, empty: EmptyProgram): Promise<Row> {
  const values = await repeat(runs, async (run) =>
    secondsOf(await canaryctl("set-traffic", String(100 - weight(run)), String(weight(run)))),
  );
  const patch = await repeat(runs, async (run) => (await patchWeight(weight(run))).seconds);
  const engine = await repeat(runs, () => empty.seconds("up", "--yes", "--skip-preview"));
  await canaryctl("set-traffic", "90", "10"); // so that the stack knows what the patches did
  return {
    what: "`canaryctl set-traffic`, start to end",
    values,
    unit: "s",
    floors: [
      { name: "`kubectl patch`", values: patch, unit: "s" },
      { name: "`pulumi up`, empty program", values: engine, unit: "s" },
    ],
    atMost: 3,
  };
}
