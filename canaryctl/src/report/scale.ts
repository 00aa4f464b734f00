/** A place on an axis, with its label. */
export interface Tick<Value> {
  readonly value: Value;
  readonly label: string;
}

/** The next round number at or above a value: 1, 2, 2.5 or 5 times a power of ten. */
export function roundUp(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  const times = [1, 2, 2.5, 5, 10].find((each) => each * power >= value * (1 - 1e-9)) ?? 10;
  return Number((times * power).toPrecision(3));
}

/** Five places from 0 to the top of an axis. */
export const valueTicks = (top: number, label: (value: number) => string): readonly Tick<number>[] =>
  [0, 1, 2, 3, 4].map((quarter) => {
    const value = Number(((top * quarter) / 4).toPrecision(6));
    return { value, label: label(value) };
  });

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
/** Seconds from one place to the next on an axis of time. */
const steps: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((each) => each * minute),
  ...[1, 2, 3, 6, 12].map((each) => each * hour),
  ...[1, 2, 7, 14, 30, 90, 365].map((each) => each * day),
];
const mostTimes = 4;

/** Round times of UTC, at most five of them. */
export function timeTicks(begin: Date, end: Date): readonly Tick<Date>[] {
  const [first, last] = [begin.getTime() / 1000, end.getTime() / 1000];
  const step = steps.find((each) => (last - first) / each <= mostTimes) ?? Math.ceil((last - first) / mostTimes);
  const label = timeLabel(step, last - first);
  const ticks: Tick<Date>[] = [];
  for (let seconds = Math.ceil(first / step) * step; seconds <= last; seconds += step) {
    const value = new Date(seconds * 1000);
    ticks.push({ value, label: label(value.toISOString()) });
  }
  return ticks;
}

function timeLabel(step: number, length: number): (iso: string) => string {
  if (step >= day) return (iso) => iso.slice(5, 10);
  if (length > day) return (iso) => `${iso.slice(5, 10)} ${iso.slice(11, 13)}h`;
  return step < minute ? (iso) => iso.slice(11, 19) : (iso) => iso.slice(11, 16);
}
