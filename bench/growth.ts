import type { Outcome } from "../test/e2e/support/command.ts";
import { canaryctl } from "../test/e2e/support/lab.ts";
import { labGigabytes } from "./memory.ts";
import { repeat, secondsOf } from "./sample.ts";
import { median, type Row, slope } from "./table.ts";

/** How many environments stand in the cluster when a measure is taken. The first is the lab's own stack. */
const counts = [1, 3, 10];

const of = (environment: number, ...args: readonly string[]): Promise<Outcome> =>
  environment === 1 ? canaryctl(...args) : canaryctl("--stack", `growth-${environment}`, ...args);

/** What is asked of the first environment and of the newest one, in turns: the machine is as busy for the one as for the other. */
const commands: Readonly<Record<string, (environment: number, run: number) => Promise<Outcome>>> = {
  "`canaryctl set-traffic`": (environment, run) => {
    const weight = run % 2 === 0 ? 30 : 50;
    return of(environment, "set-traffic", String(100 - weight), String(weight));
  },
  "`canaryctl preview` with nothing to do": (environment) => of(environment, "preview"),
  "`canaryctl up` with nothing to do": (environment) => of(environment, "up"),
};

interface Sample {
  readonly environments: number;
  readonly first: readonly number[];
  readonly newest: readonly number[];
}

/** Environments side by side on one platform: what a command costs in the newest one, beside the first, and how that grows. */
export async function measureGrowth(runs: number): Promise<readonly Row[]> {
  const samples: Record<string, Sample[]> = Object.fromEntries(Object.keys(commands).map((what) => [what, []]));
  const memory: { readonly environments: number; readonly gigabytes: number }[] = [];
  const ups: number[] = [];
  let standing = 1;
  try {
    for (const environments of counts) {
      while (standing < environments) {
        standing++;
        ups.push(secondsOf(await of(standing, "up", "--create", "--from", "staging")));
      }
      memory.push({ environments, gigabytes: labGigabytes() });
      for (const [what, command] of Object.entries(commands)) {
        samples[what]?.push({ environments, ...(await inTurns(runs, environments, command)) });
      }
    }
  } catch (error) {
    throw new Error([(error as Error).message, ...(await takeDown(standing))].join("\n"), { cause: error });
  }
  const left = await takeDown(standing);
  if (left.length > 0) throw new Error(left.join("\n"));
  return [
    ...Object.entries(samples).flatMap(([what, taken]) => rowsOf(what, taken)),
    { what: "`canaryctl up` of one more environment, to its measured split", values: ups, unit: "s", atMost: 25 },
    ...memory.map(({ environments, gigabytes }) => ({
      what: `memory, ${environments} environments`,
      values: [gigabytes],
      unit: "GB" as const,
    })),
    {
      what: "memory for each environment more",
      values: [slope(memory.map(({ environments, gigabytes }) => [environments, gigabytes]))],
      unit: "GB",
    },
  ];
}

/**
 * Takes down the newest environments down to the second. One that does not go keeps none of the others from it.
 *
 * @returns what was said of each that is still there
 */
export async function takeDown(
  standing: number,
  down = (environment: number) => of(environment, "down"),
): Promise<readonly string[]> {
  const failures: string[] = [];
  for (let environment = standing; environment > 1; environment--) {
    try {
      secondsOf(await down(environment));
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  return failures;
}

async function inTurns(
  runs: number,
  newest: number,
  command: (environment: number, run: number) => Promise<Outcome>,
): Promise<Omit<Sample, "environments">> {
  const first: number[] = [];
  const ofNewest = await repeat(runs, async (run) => {
    first.push(secondsOf(await command(1, run)));
    return newest === 1 ? (first.at(-1) ?? Number.NaN) : secondsOf(await command(newest, run));
  });
  return { first, newest: ofNewest };
}

function rowsOf(what: string, samples: readonly Sample[]): readonly Row[] {
  return [
    ...samples.map(
      ({ environments, first, newest }): Row => ({
        what: `${what}, in the newest of ${environments}`,
        values: newest,
        unit: "s",
        floors: environments === 1 ? [] : [{ name: "in the first", values: first, unit: "s" }],
        ...(environments > 1 && { ratioAtMost: 1.2 }),
      }),
    ),
    {
      what: `${what}, for each environment more`,
      values: [slope(samples.map(({ environments, newest }) => [environments, median(newest)]))],
      unit: "s",
    },
  ];
}
