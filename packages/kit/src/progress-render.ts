import { stripVTControlCharacters } from "node:util";
import { renderDuration } from "./durations.ts";
import type { RunningStage } from "./progress.ts";

/** A stage that runs, in one line: name, time so far, time of last time, what it is doing. */
export function renderRunning({ name, startedAt, expected, detail }: RunningStage, now: number): string {
  const soFar = renderWhole((now - startedAt) / 1000);
  const time = expected === undefined ? soFar : `${soFar} of about ${renderWhole(expected)}`;
  const doing = stripVTControlCharacters(detail).replaceAll(/\s+/g, " ").trim();
  return [`${name} ${time}`, ...(doing ? [doing] : [])].join(" · ");
}

/** A stage that has ended, in one line. */
export const renderEnded = ({ name }: RunningStage, seconds: number, isFailed: boolean): string =>
  isFailed ? `✘ ${name} after ${renderDuration(seconds)}` : `✔ ${name} ${renderDuration(seconds)}`;

/** The block of stages that run side by side: a line each, none wider than the terminal, no more than fit on it. */
export function renderBlock(
  running: readonly RunningStage[],
  now: number,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): readonly string[] {
  const most = Math.max(1, rows - 2);
  const shown = running.length > most ? running.slice(0, most - 1) : running;
  const lines = shown.map((stage) => `▶ ${renderRunning(stage, now)}`);
  if (shown.length < running.length) lines.push(`▶ and ${running.length - shown.length} more`);
  return lines.map((line) => cut(line, columns - 1));
}

/** At most `width` characters of a line; its end is marked where it was cut. */
export const cut = (line: string, width: number): string => {
  const characters = [...line];
  return characters.length <= width ? line : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
};

/** A time that is shown again and again needs no tenths. */
const renderWhole = (seconds: number): string =>
  seconds < 60 ? `${Math.floor(seconds)} s` : renderDuration(Math.floor(seconds));
