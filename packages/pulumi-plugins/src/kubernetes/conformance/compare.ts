import type { Observed, Recording } from "./recording.ts";

/** What a replay said of a case: nothing where it agrees. */
export interface Comparison {
  readonly id: string;
  /** How many steps were compared. */
  readonly steps: number;
  /** The differences of each step that has some. */
  readonly differing: readonly { readonly step: string; readonly differences: readonly string[] }[];
}

/** Generated suffixes are numbered in order of sight; node ports and token volumes are drawn at random: neither counts. */
const anonymous = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value ?? null)
      .replace(/<([hm])\d+>/g, "<$1>")
      .replace(/"nodePort":\d+/g, '"nodePort":0')
      .replace(/kube-api-access-\w{5}/g, "kube-api-access-<h>"),
  );

/** What a user can see of a step: its result, the operations of each resource in order, and the objects afterwards. */
function visible({ result, changes, events, live }: Observed): Record<string, unknown> {
  const operations = Map.groupBy(events, ({ r }) => r);
  return {
    result,
    changes,
    operations: Object.fromEntries(
      [...operations].map(([resource, all]) => [
        resource,
        all.map(({ op, replaceKeys = [], diff = {} }) => ({ op, replaceKeys: replaceKeys.toSorted(), diff })),
      ]),
    ),
    ...(live && { live }),
  };
}

function differences(at: string, expected: unknown, actual: unknown): string[] {
  if (JSON.stringify(expected) === JSON.stringify(actual)) return [];
  const [left, right] = [expected, actual] as Record<string, unknown>[];
  if (![left, right].every((side) => side && typeof side === "object") || !left || !right)
    return [`${at}: ${JSON.stringify(expected)} -> ${JSON.stringify(actual)}`];
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].flatMap((key) => differences(`${at}.${key}`, left[key], right[key]));
}

/** Compares what was observed in a replay with the recording. */
export function compare(recording: Recording, replayed: readonly Observed[]): Comparison {
  const stable = recording.observed
    .map((expected, index) => ({ expected, actual: replayed[index] }))
    .filter(({ expected }) => !recording.unstableSteps?.includes(expected.step));
  const differing = stable.flatMap(({ expected, actual }) => {
    if (!actual) return [{ step: expected.step, differences: ["it was not replayed"] }];
    const { live, ...rest } = actual;
    const comparable = expected.live ? actual : rest;
    const found = differences("", anonymous(visible(expected)), anonymous(visible(comparable)));
    return found.length > 0 ? [{ step: expected.step, differences: found }] : [];
  });
  return { id: recording.id, steps: stable.length, differing };
}

export interface Summary {
  readonly passed: boolean;
  /** The cases that differ and are not known to. */
  readonly unexpected: readonly string[];
  readonly lines: readonly string[];
}

/**
 * Sums comparisons up.
 *
 * @param known reasons of the cases that may differ
 * @param leastAgreeing with fewer cases than this that agree it fails whatever is known
 */
export function summarise(
  comparisons: readonly Comparison[],
  known: Readonly<Record<string, string>>,
  leastAgreeing: number,
): Summary {
  const [agreeing, differing] = [true, false].map((agrees) =>
    comparisons.filter((one) => (one.differing.length === 0) === agrees),
  ) as [Comparison[], Comparison[]];
  const unexpected = differing.map(({ id }) => id).filter((id) => !(id in known));
  const steps = comparisons.reduce((sum, one) => sum + one.steps, 0);
  const wrong = differing.reduce((sum, one) => sum + one.differing.length, 0);
  const enough = agreeing.length >= leastAgreeing;
  return {
    passed: unexpected.length === 0 && enough && comparisons.length > 0,
    unexpected,
    lines: [
      ...comparisons.flatMap(describe),
      `${agreeing.length} of ${comparisons.length} cases agree; ${steps - wrong} of ${steps} steps agree`,
      ...differing.flatMap(({ id }) => (id in known ? [`known    ${id}: ${known[id]}`] : [])),
      ...unexpected.map((id) => `NEW      ${id} differs and is not listed in known-differences.ts`),
      ...agreeing.flatMap(({ id }) => (id in known ? [`resolved ${id} agrees now: take it off the list`] : [])),
      ...(enough ? [] : [`TOO FEW  ${agreeing.length} agree, ${leastAgreeing} must`]),
    ],
  };
}

const describe = ({ id, differing }: Comparison): string[] => [
  `${differing.length === 0 ? "agree " : "differ"} ${id}`,
  ...differing.flatMap(({ step, differences }) => [
    `  ${step}`,
    ...differences.slice(0, 5).map((line) => `    ${line.slice(0, 300)}`),
  ]),
];
