import { setTimeout as sleep } from "node:timers/promises";
import type { Outcome } from "../test/e2e/support/command.ts";
import { canaryctl } from "../test/e2e/support/lab.ts";
import { startLoad } from "../test/e2e/support/traffic.ts";
import type { EmptyProgram } from "./empty-program.ts";
import { installRouteChart } from "./helm-route.ts";
import { openService, patchWeight } from "./patch.ts";
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
  const chart = await installRouteChart();
  const helm = await repeat(runs, (run) => chart.upgrade(weight(run))).finally(chart.remove);
  const engine = await repeat(runs, () => empty.seconds("up", "--yes", "--skip-preview"));
  await canaryctl("set-traffic", "90", "10"); // so that the stack knows what the patches did
  return {
    what: "`canaryctl set-traffic`, start to end",
    values,
    unit: "s",
    floors: [
      { name: "`kubectl patch`", values: patch, unit: "s" },
      { name: "`helm upgrade` of the route alone", values: helm, unit: "s" },
      { name: "`pulumi up`, empty program", values: engine, unit: "s" },
    ],
    atMost: 2,
  };
}

/** From the start of a move to all traffic to the first answer of v2 that a load in the client pod got: pod and command share a clock. */
export async function measureFirstResponse(runs: number): Promise<Row> {
  return {
    what: "`canaryctl set-traffic`, start to the first response at the new share",
    values: await repeat(runs, () => firstCanaryResponse(() => canaryctl("set-traffic", "0", "100"))),
    unit: "s",
    floors: [
      {
        name: "`kubectl patch`",
        values: await repeat(runs, () => firstCanaryResponse(() => patchWeight(100), openService)),
        unit: "s",
      },
    ],
    aboveFloorAtMost: 0.4,
  };
}

async function firstCanaryResponse(move: () => Promise<Outcome>, prepare = async () => {}): Promise<number> {
  secondsOf(await canaryctl("set-traffic", "100", "0"));
  await prepare();
  const load = await startLoad({ requests: 1600, rate: 200 });
  await sleep(2500); // kubectl needs about half a second to start the load
  const { began, ...outcome } = await move();
  secondsOf({ began, ...outcome });
  const { firstSeen } = await load.report;
  const first = firstSeen.v2 ?? Number.NaN;
  if (!(first > began)) throw new Error("The load did not see the move: it had ended, or v2 was answering before.");
  return (first - began) / 1000;
}
