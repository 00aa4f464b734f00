import { setTimeout as sleep } from "node:timers/promises";
import type { Outcome } from "../test/e2e/support/command.ts";
import { canaryctl } from "../test/e2e/support/lab.ts";
import { startLoad } from "../test/e2e/support/traffic.ts";
import { patchWeight } from "./patch.ts";
import { repeat, secondsOf } from "./sample.ts";
import type { Row } from "./table.ts";

/** From the start of a rollback to the last answer of v2 that a load in the client pod got: pod and command share a clock. */
export async function measureRollback(runs: number): Promise<Row> {
  return {
    what: "`canaryctl rollback`, start to the last v2 response",
    values: await repeat(runs, () => lastCanaryResponse(() => canaryctl("rollback"))),
    unit: "s",
    floors: [
      {
        name: "`kubectl patch`",
        values: await repeat(runs, () => lastCanaryResponse(() => patchWeight(0))),
        unit: "s",
      },
    ],
    aboveFloorAtMost: 0.3,
  };
}

async function lastCanaryResponse(rollBack: () => Promise<Outcome>): Promise<number> {
  secondsOf(await canaryctl("set-traffic", "0", "100"));
  const load = await startLoad({ requests: 1600, rate: 200 });
  await sleep(2500); // kubectl needs about half a second to start the load, and v2 must have been answering for a while
  const { began, ...outcome } = await rollBack();
  secondsOf({ began, ...outcome });
  const { lastSeen, firstSeen } = await load.report;
  const last = lastSeen.v2 ?? Number.NaN;
  if (!(last > began && (firstSeen.v1 ?? 0) > began))
    throw new Error("The load did not see the rollback: it had ended, or v1 was answering before.");
  return (last - began) / 1000;
}
