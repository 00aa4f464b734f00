const secondsOf = { s: 1, m: 60, h: 3600 } as const;
type Unit = keyof typeof secondsOf;

/** Text such as `30s`, `5m` or `1h` in seconds; undefined for anything else, and for none at all. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^([1-9]\d{0,4})([smh])$/.exec(text) ?? [];
  return unit === undefined ? undefined : Number(count) * secondsOf[unit as Unit];
}

/** Whole seconds as one number of the largest unit that gives a whole one, as Prometheus and Argo Rollouts read it: 90 is `90s`. */
export function formatDuration(seconds: number): string {
  const unit = (["h", "m"] as const).find((each) => seconds > 0 && seconds % secondsOf[each] === 0) ?? "s";
  return `${seconds / secondsOf[unit]}${unit}`;
}
