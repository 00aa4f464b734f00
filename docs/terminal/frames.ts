import xterm from "@xterm/headless";
import type { TerminalEvent, TerminalSize } from "./record.ts";

/** A stretch of a line whose letters look the same. */
export interface Span {
  /** Counted from 0. */
  readonly column: number;
  readonly text: string;
  readonly isBold: boolean;
  readonly isDim: boolean;
  /** One of the 16 colours of a terminal; undefined for its own. */
  readonly colour: number | undefined;
}

export interface Frame {
  /** Seconds for which it is seen. */
  readonly seconds: number;
  /** From the top; an empty line has no spans. */
  readonly lines: readonly (readonly Span[])[];
}

/** In seconds: frames come no faster than this, nothing is waited for longer than that, and the end stands so long. */
const times = { least: 0.15, most: 1.5, end: 6 };

/** What a terminal of that size shows, as what it is given changes it. Waits are cut short. */
export async function framesOf(
  events: readonly TerminalEvent[],
  { columns, rows }: TerminalSize,
): Promise<readonly Frame[]> {
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
  const frames: Frame[] = [];
  let since = 0;
  for (const [index, { at, text }] of events.entries()) {
    await new Promise<void>((resolve) => terminal.write(text, resolve));
    const next = events[index + 1]?.at;
    if (next !== undefined && next - since < times.least) continue;
    const seconds = next === undefined ? times.end : Math.min(next - since, times.most);
    const lines = screenOf(terminal);
    const last = frames.at(-1);
    if (last && JSON.stringify(last.lines) === JSON.stringify(lines))
      frames[frames.length - 1] = {
        lines,
        seconds: Math.min(last.seconds + seconds, next === undefined ? times.end : times.most),
      };
    else frames.push({ lines, seconds });
    since = next ?? at;
  }
  terminal.dispose();
  return frames;
}

function screenOf({ buffer: { active }, rows, cols }: xterm.Terminal): Frame["lines"] {
  return Array.from({ length: rows }, (_, row) => {
    const spans: Span[] = [];
    const line = active.getLine(active.baseY + row);
    for (let column = 0; column < cols; column++) {
      const cell = line?.getCell(column);
      if (!cell || cell.getWidth() === 0) continue;
      const look = {
        isBold: cell.isBold() !== 0,
        isDim: cell.isDim() !== 0,
        colour: cell.isFgPalette() && cell.getFgColor() < 16 ? cell.getFgColor() : undefined,
      };
      const text = cell.getChars() || " ";
      const last = spans.at(-1);
      if (last && last.isBold === look.isBold && last.isDim === look.isDim && last.colour === look.colour)
        spans[spans.length - 1] = { ...last, text: last.text + text };
      else spans.push({ column, text, ...look });
    }
    return spans.map((span) => ({ ...span, text: span.text.trimEnd() })).filter(({ text }) => text !== "");
  });
}
