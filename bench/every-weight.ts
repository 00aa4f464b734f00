import { canaryctl } from "../test/e2e/support/lab.ts";
import { sendLoad } from "../test/e2e/support/traffic.ts";
import { secondsOf } from "./sample.ts";
import type { Row } from "./table.ts";

/** One weight that was set, and who answered. */
export interface Seen {
  /** Percent of the canary. */
  readonly weight: number;
  readonly canary: number;
  readonly answered: number;
}

const requests = 300;

/** Right splits are above the 99.99 % quantile once in ten thousand runs. */
const normalQuantile = 3.719;

/** Sets each weight from 0 to 100 and compares who answers with what was set: some ten minutes. */
export async function measureEveryWeight(): Promise<readonly Row[]> {
  const seen: Seen[] = [];
  for (let weight = 0; weight <= 100; weight++) {
    secondsOf(await canaryctl("set-traffic", String(100 - weight), String(weight)));
    const { versions, failed } = await sendLoad({ requests, rate: 300 });
    const { v1 = 0, v2 = 0 } = versions;
    if (failed > 0) throw new Error(`${failed} of ${requests} requests failed at ${weight} %.`);
    seen.push({ weight, canary: v2, answered: v1 + v2 });
  }
  const { sum, degrees } = chiSquare(seen);
  return [
    {
      what: `share seen against weight set, each from 0 to 100, ${requests} requests at each: chi-square of ${degrees} degrees`,
      values: [sum],
      unit: "χ²",
      atMost: Math.round(chiSquareQuantile(degrees)),
    },
  ];
}

/**
 * Pearson's statistic over the weights between 0 and 100: of a right split it has the chi-square distribution.
 *
 * @returns its degrees of freedom: one a weight
 * @throws Error where 0 or 100 % has a stray answer, which no chance explains
 */
export function chiSquare(seen: readonly Seen[]): { readonly sum: number; readonly degrees: number } {
  const stray = seen.find(
    ({ weight, canary, answered }) => (weight === 0 && canary > 0) || (weight === 100 && canary < answered),
  );
  if (stray) throw new Error(`At ${stray.weight} % the canary answered ${stray.canary} of ${stray.answered} requests.`);
  const between = seen.filter(({ weight }) => weight > 0 && weight < 100);
  const sum = between.reduce((total, { weight, canary, answered }) => {
    const chance = weight / 100;
    return total + (canary - answered * chance) ** 2 / (answered * chance * (1 - chance));
  }, 0);
  return { sum, degrees: between.length };
}

/** What a right split exceeds once in ten thousand runs: by Wilson and Hilferty (1931), good to 0.1 % at 99 degrees. */
export const chiSquareQuantile = (degrees: number): number =>
  degrees * (1 - 2 / (9 * degrees) + normalQuantile * Math.sqrt(2 / (9 * degrees))) ** 3;
