import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { enterStack, type StackValues } from "./configure.ts";
import { namespace, requireLab } from "./lab.ts";
import { istioFindings } from "./validators.ts";

/** A switch may build tools that no `up` needed before. */
const switchMilliseconds = 1_800_000;

/**
 * Puts the tests of a file, or of the `describe` that it is called in, into a stack with these values: see `enterStack`. The lab goes back
 * after the last of them; the first has `istioctl analyze` look at what stands.
 */
export function withStrategy(values: StackValues): void {
  let leave: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    await requireLab();
    leave = await enterStack(values);
  }, switchMilliseconds);

  test("istioctl has nothing against the live namespace", async () => {
    expect(await istioFindings(namespace)).toEqual([]);
  }, 60_000);

  afterAll(async () => leave?.(), 600_000);
}
