import { flipUnderLoad } from "../test/e2e/support/flips.ts";
import type { Row } from "./table.ts";

/** Requests that failed while the weight went 0, 100, 0 ten times under 500 requests per second from a pod. */
export async function measureFlips(): Promise<Row> {
  const { load, lastMove, loadEnded } = await flipUnderLoad();
  if (lastMove > loadEnded)
    throw new Error("The load ended before the last flip: this machine is too slow for the measure.");
  const what = `failed requests of ${load.sent} in ten flips 0, 100, 0 at ${Math.round(load.sent / load.seconds)} requests/s`;
  return { what, values: [load.failed], unit: "requests", atMost: 0 };
}
