import { canaryctl, down, pulumi, up } from "../test/e2e/support/lab.ts";
import { dropInventory, installPlainly, takeInventory, uninstallPlainly } from "./plain-installs.ts";
import { repeat, secondsOf } from "./sample.ts";
import type { Row } from "./table.ts";

/**
 * `npm run up` with tools and images built: whole, from nothing running; and the installs in it, on a cluster that stands, beside
 * the same installs by helm and kubectl. Needs a standing lab and leaves one.
 */
export async function measureWarmUp(runs: number): Promise<readonly Row[]> {
  const whole = await repeat(runs, async () => {
    secondsOf(await down());
    return secondsOf(await up());
  });
  const inventory = await takeInventory();
  const program = await repeat(runs, async () => {
    await destroy();
    return secondsOf(await pulumi("up", "--yes", "--skip-preview"));
  });
  await destroy();
  const plain = await repeat(runs, async () => {
    const seconds = await installPlainly(inventory);
    await uninstallPlainly(inventory);
    return seconds;
  });
  dropInventory(inventory);
  secondsOf(await canaryctl("up"));
  return [
    { what: "warm `npm run up`, from nothing to the first measured split", values: whole, unit: "s", atMost: 31 },
    {
      what: "the installs in it, by the program",
      values: program,
      unit: "s",
      floors: [{ name: "helm and kubectl", values: plain, unit: "s" }],
      ratioAtMost: 1.3,
    },
  ];
}

async function destroy(): Promise<void> {
  secondsOf(await pulumi("destroy", "--yes", "--skip-preview"));
}
