/** Such as `2026-01-31 12:00:00 UTC`. */
export const timeText = (at: Date): string => `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;

/** Such as `12:00:05 to 12:01:00`, of the same day, and else with the days. */
export function spanText(begin: Date, end: Date): string {
  const [from, to] = [begin.toISOString(), end.toISOString()];
  const of = (iso: string) =>
    from.slice(0, 10) === to.slice(0, 10) ? iso.slice(11, 19) : iso.slice(0, 19).replace("T", " ");
  return `${of(from)} to ${of(to)}`;
}

/** Such as `1 h 5 min`. */
export function lengthText(begin: Date, end: Date): string {
  const seconds = Math.round((end.getTime() - begin.getTime()) / 1000);
  const units = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first < 0) return "0 s";
  const shown = units.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(" ");
}

export const countText = (count: number): string => count.toLocaleString("en-US");

/** Such as `0.12 %`, of a share 0..1; no line breaks before its unit. */
export const percentText = (share: number): string => `${short(share * 100)}\u00a0%`;

export const millisecondsText = (milliseconds: number): string => `${short(milliseconds)}\u00a0ms`;

/** Three digits that count; powers of ten where they are far from 1. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6))
    return Number(value.toPrecision(3)).toExponential().replace("e+", "e");
  return value.toLocaleString("en-US", { maximumSignificantDigits: 3 });
}
