import type { Outcome } from "../test/e2e/support/command.ts";
import { mustBeUp } from "../test/e2e/support/configure.ts";
import { canaryctl } from "../test/e2e/support/lab.ts";
import { editConfig, keepConfig } from "../test/e2e/support/stack-config.ts";
import { repeat, secondsOf } from "./sample.ts";
import { median, type Row, slope } from "./table.ts";

/** Services with one pod for each side, and the one that sends measured traffic. */
const servicesOf = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `service-${index + 1}`,
      { strategy: "istio", canaryWeight: 50, replicas: 1, canaryReplicas: 1 },
    ]),
  );

/** What is asked of a stack, however many services it has. */
const commands: Readonly<Record<string, (run: number) => Promise<Outcome>>> = {
  "`canaryctl set-traffic` of one service": (run) => {
    const weight = run % 2 === 0 ? 30 : 50;
    return canaryctl("--app", "service-1", "set-traffic", String(100 - weight), String(weight));
  },
  "`canaryctl up` with nothing to do": () => canaryctl("up"),
};

/** Seconds of each run of a command, beside so many services. */
interface Sample {
  readonly services: number;
  readonly values: readonly number[];
}

/**
 * Several services in one stack: what a command costs beside so many of them, and how that grows. The stack is as it was afterwards.
 *
 * @param counts how many, ascending from 1
 */
export async function measureServices(runs: number, counts: readonly number[] = [1, 10]): Promise<readonly Row[]> {
  const samples: Record<string, Sample[]> = Object.fromEntries(Object.keys(commands).map((what) => [what, []]));
  const restore = keepConfig();
  try {
    for (const services of counts) {
      editConfig({ services: servicesOf(services) });
      await mustBeUp();
      for (const [what, command] of Object.entries(commands))
        samples[what]?.push({ services, values: await repeat(runs, async (run) => secondsOf(await command(run))) });
    }
  } finally {
    restore();
    await mustBeUp();
  }
  return Object.entries(samples).flatMap(([what, taken]) => rowsOf(what, taken));
}

/** A row for each number of services, held against the first, and one for the growth. */
export const rowsOf = (what: string, samples: readonly Sample[]): readonly Row[] => [
  ...samples.map(
    ({ services, values }, index): Row => ({
      what: `${what}, of ${services}`,
      values,
      unit: "s",
      floors: index === 0 ? [] : [{ name: `of ${samples[0]?.services}`, values: samples[0]?.values ?? [], unit: "s" }],
      ...(index > 0 && { ratioAtMost: 1.2 }),
    }),
  ),
  {
    what: `${what}, for each service more`,
    values: [slope(samples.map(({ services, values }) => [services, median(values)]))],
    unit: "s",
  },
];
