import { flipUnderLoad } from "../test/e2e/support/flips.ts";
import type { Row } from "./table.ts";

/** Requests that failed while the weight went 0, 100, 0 ten times under 500 requests per second from a pod. */
export async function measureFlips(): Promise<Row> {
  const { sent, failed, rate } = await flipUnderLoad();
  const what = `failed requests of ${sent} in ten flips 0, 100, 0 at ${Math.round(rate)} requests/s`;
  return { what, values: [failed], unit: "requests", atMost: 0 };
}
