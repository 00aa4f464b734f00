import { beforeAll, expect, test } from "@jest/globals";
import type { LoadSummary } from "../../../apps/load-client/src/load-summary.ts";
import { currentStrategy, enterStack, startingPoint } from "./configure.ts";
import { namespace, requireLab } from "./lab.ts";
import { note } from "./rollout.ts";
import type { StackValues } from "./stack-config.ts";
import { istioFindings } from "./validators.ts";

/** A switch may build tools that no `up` needed before. */
const switchMilliseconds = 1_800_000;

/**
 * Puts the tests of a file into a stack with these values: see `enterStack`. The lab stays there, and the next file goes on from it: the way
 * from one strategy to the next is a test by itself. Another one has `istioctl analyze` look at the stack.
 */
export function withStrategy(values: StackValues): void {
  const [from, to] = [currentStrategy(), values.strategy ?? startingPoint.strategy];
  let seen: LoadSummary | undefined;

  beforeAll(async () => {
    await requireLab();
    seen = await enterStack(values);
  }, switchMilliseconds);

  if (from === to) note(`The strategy is ${to} already: no change of the strategy is measured here.`);
  else
    test(`a live stack changes its strategy from ${from} to ${to}, and no request is lost`, () => {
      expectNothingLost(seen);
    });

  test("istioctl has nothing against the live namespace", async () => {
    expect(await istioFindings(namespace)).toEqual([]);
  }, 60_000);
}

/** Every request of a load was answered by the stable side, which alone is there while a strategy changes. */
function expectNothingLost(report: LoadSummary | undefined): void {
  const { sent = 0, failed, errors, statuses, versions } = report ?? {};
  expect({ failed, errors, statuses, versions }).toEqual({
    failed: 0,
    errors: {},
    statuses: { 200: sent },
    versions: { v1: sent },
  });
  expect(sent).toBeGreaterThan(1000);
}
