import { beforeAll, expect, test } from "@jest/globals";
import { describePart } from "./support/describe-part.ts";
import { flipUnderLoad } from "./support/flips.ts";
import { requireLab } from "./support/lab.ts";

describePart("the weight under load", () => {
  beforeAll(requireLab, 60_000);

  test("ten flips 0, 100, 0 under 500 requests per second lose no request", async () => {
    const { moves, sent, failed, errors, statuses, versions, rate } = await flipUnderLoad();
    expect(moves).toBe(20);
    expect({ failed, errors }).toEqual({ failed: 0, errors: {} });
    expect(statuses).toEqual({ 200: sent });
    // The load had about the rate that was asked for (the mean includes the start and the end of each load), and both versions got a share of it.
    expect(rate).toBeGreaterThan(350);
    expect(versions.v1).toBeGreaterThan(sent / 10);
    expect(versions.v2).toBeGreaterThan(sent / 10);
  }, 400_000);
});
