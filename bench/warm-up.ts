import { canaryctl, down, pulumi, up } from "../test/e2e/support/lab.ts";
import { dropInventory, installPlainly, repeatPlainly, takeInventory, uninstallPlainly } from "./plain-installs.ts";
import { repeat, secondsOf } from "./sample.ts";
import type { Row } from "./table.ts";

/** Seconds of each step, one after the other. */
type Taken = Record<"install" | "noOp" | "preview" | "remove", number[]>;

/**
 * `npm run up` with tools and images built: whole, from nothing running; and the installs in it, on a cluster that stands, and their
 * whole way, in turns with the same by helm and kubectl. Needs a standing lab and leaves one.
 */
export async function measureWarmUp(runs: number): Promise<readonly Row[]> {
  const whole = await repeat(runs, async () => {
    secondsOf(await down());
    return secondsOf(await up());
  });
  const inventory = await takeInventory();
  const ours: Taken = { install: [], noOp: [], preview: [], remove: [] };
  const plain: Taken = { install: [], noOp: [], preview: [], remove: [] };
  await destroy();
  for (let run = 0; run < runs; run++) {
    ours.install.push(secondsOf(await pulumi("up", "--yes", "--skip-preview")));
    ours.noOp.push(secondsOf(await pulumi("up", "--yes", "--skip-preview")));
    ours.preview.push(secondsOf(await pulumi("preview")));
    ours.remove.push(await destroy());
    plain.install.push(await installPlainly(inventory));
    plain.noOp.push(await repeatPlainly(inventory, false));
    plain.preview.push(await repeatPlainly(inventory, true));
    plain.remove.push(await uninstallPlainly(inventory));
  }
  dropInventory(inventory);
  secondsOf(await canaryctl("up"));
  const beside = (what: string, step: keyof Taken): Row => ({
    what,
    values: ours[step],
    unit: "s",
    floors: [{ name: "helm and kubectl", values: plain[step], unit: "s" }],
  });
  return [
    { what: "warm `npm run up`, from nothing to the first measured split", values: whole, unit: "s", atMost: 31 },
    { ...beside("the installs in it, by the program", "install"), ratioAtMost: 1.3 },
    beside("`pulumi up --skip-preview` with nothing to do", "noOp"),
    beside("`pulumi preview` with nothing to do", "preview"),
    beside("`pulumi destroy`", "remove"),
  ];
}

const destroy = async (): Promise<number> => secondsOf(await pulumi("destroy", "--yes", "--skip-preview"));
