import { beforeAll, expect, test } from "@jest/globals";
import { flipUnderLoad } from "./support/flips.ts";
import { requireLab } from "./support/lab.ts";

beforeAll(requireLab, 60_000);

test("ten flips 0, 100, 0 under 500 requests per second lose no request", async () => {
  const { load, moves, lastMove, loadEnded } = await flipUnderLoad();
  expect(moves).toBe(20);
  // The load was what it claims to be: it outlasted the moves, kept its pace and met both sides.
  expect(lastMove).toBeLessThan(loadEnded);
  expect(load.sent / load.seconds).toBeGreaterThan(450);
  expect(load.versions.v1).toBeGreaterThan(load.sent / 10);
  expect(load.versions.v2).toBeGreaterThan(load.sent / 10);

  expect({ failed: load.failed, errors: load.errors }).toEqual({ failed: 0, errors: {} });
  expect(load.statuses).toEqual({ 200: load.sent });
}, 240_000);
