import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { backToStart, mustBeUp, type StackValues, setConfig, startingPoint } from "./configure.ts";
import { namespace, requireLab } from "./lab.ts";
import { keepConfig, readConfig } from "./stack-config.ts";
import { istioFindings } from "./validators.ts";

/** Nothing of v2 runs: only from here, and only to here, may a stack change its strategy. */
const withoutCanary = { canaryEnabled: false, canaryWeight: 0 } as const;

/** A switch may build tools that no `up` needed before. */
const switchMilliseconds = 1_800_000;

/**
 * Puts the tests of a file, or of the `describe` that it is called in, into a stack with these values: sets them before the first test,
 * and goes back to where the stack was after the last. Both ways are what a user does: take the canary away, set the config, `up`.
 * The tests begin without a canary, `canaryEnabled` false, unless `values` say otherwise; the first of them has `istioctl analyze` look at what stands.
 */
export function withStrategy(values: StackValues): void {
  let restore = (): void => {};

  beforeAll(async () => {
    await requireLab();
    restore = keepConfig();
    await setConfig(withoutCanary);
    if ((values.strategy ?? startingPoint.strategy) !== currentStrategy()) await mustBeUp();
    await setConfig(values);
    await mustBeUp();
  }, switchMilliseconds);

  test("istioctl has nothing against the live namespace", async () => {
    expect(await istioFindings(namespace)).toEqual([]);
  }, 60_000);

  afterAll(async () => {
    if (currentStrategy() !== startingPoint.strategy) {
      await setConfig(withoutCanary);
      await mustBeUp();
      restore();
      await setConfig({ ...withoutCanary, strategy: startingPoint.strategy });
      await mustBeUp();
    }
    restore();
    await backToStart();
  }, 600_000);
}

const currentStrategy = (): string => readConfig("strategy") ?? startingPoint.strategy;
