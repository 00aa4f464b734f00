import { html, type Markup } from "./markup.ts";
import { timeTicks, valueTicks } from "./scale.ts";

/** A value of one version over a stretch of time. */
export interface Point {
  readonly begin: Date;
  readonly end: Date;
  readonly value: number;
  /** What it may be; `upper` may be above the chart. */
  readonly interval?: { readonly lower: number; readonly upper: number };
}

export interface Line {
  readonly version: "stable" | "canary";
  /** In the order of time; where stretches do not meet, the line has a gap. */
  readonly points: readonly Point[];
  /** Whether the value holds for its whole stretch, as a weight does: horizontal pieces then. */
  readonly isStepped?: boolean;
}

export interface Chart {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What a person reads from it, for those who do not see it. */
  readonly description: string;
  readonly begin: Date;
  readonly end: Date;
  /** Value at the upper edge, above 0. */
  readonly top: number;
  readonly label: (value: number) => string;
  readonly lines: readonly Line[];
  /** Numbered moments. */
  readonly marks: readonly Date[];
}

/** In units of the drawing. It is as wide as a phone, so that its letters stay readable there. */
const size = { width: 400, height: 230, left: 50, right: 14, top: 22, bottom: 26 };
const plot = { right: size.width - size.right, bottom: size.height - size.bottom };
/** Numbers nearer to each other than this would cover each other. */
const markGap = 14;

/** A chart as SVG: of each version a line with its intervals, and the moves as numbered lines. */
export function renderChart(chart: Chart): Markup {
  const { id, title, description, begin, end, top, label, lines, marks } = chart;
  const span = Math.max(1, end.getTime() - begin.getTime());
  const x = (at: Date) => rounded(size.left + ((at.getTime() - begin.getTime()) / span) * (plot.right - size.left));
  const y = (value: number) => rounded(plot.bottom - (Math.min(value, top) / top) * (plot.bottom - size.top));
  return html`<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-labelledby="${id}-title ${id}-desc">
<title id="${id}-title">${title}</title>
<desc id="${id}-desc">${description}</desc>
${valueTicks(top, label).map(
  (tick) =>
    html`<path class="grid" d="M${size.left} ${y(tick.value)}H${plot.right}"/><text class="value" x="${size.left - 6}" y="${y(tick.value) + 4}">${tick.label}</text>`,
)}
${timeTicks(begin, end).map(
  (tick) => html`<text class="time" x="${x(tick.value)}" y="${size.height - 8}">${tick.label}</text>`,
)}
${markLines(marks, x)}
${lines.map(({ version, points, isStepped }) =>
  isStepped
    ? html`<path class="line stepped ${version}" d="${steppedPath(points, x, y)}"/>`
    : html`<path class="band ${version}" d="${bandPath(points, x, y)}"/><path class="line ${version}" d="${linePath(points, x, y)}"/><path class="dots ${version}" d="${dotsPath(version, points, x, y)}"/>`,
)}
</svg>`;
}

type X = (at: Date) => number;
type Y = (value: number) => number;

const rounded = (value: number): number => Math.round(value * 10) / 10;

function markLines(marks: readonly Date[], x: X): readonly Markup[] {
  let last = Number.NEGATIVE_INFINITY;
  return marks.map((at, index) => {
    const hasRoom = x(at) - last >= markGap;
    if (hasRoom) last = x(at);
    const number = hasRoom ? html`<text class="mark" x="${x(at)}" y="${size.top - 7}">${index + 1}</text>` : html``;
    return html`<path class="mark" d="M${x(at)} ${size.top - 3}V${plot.bottom}"/>${number}`;
  });
}

const middleOf = ({ begin, end }: Point): Date => new Date((begin.getTime() + end.getTime()) / 2);

const meets = (before: Point | undefined, { begin }: Point): boolean => before?.end.getTime() === begin.getTime();

const linePath = (points: readonly Point[], x: X, y: Y): string =>
  points
    .map((point, index) => `${meets(points[index - 1], point) ? "L" : "M"}${x(middleOf(point))} ${y(point.value)}`)
    .join("");

const steppedPath = (points: readonly Point[], x: X, y: Y): string =>
  points
    .map(
      (point, index) =>
        `${meets(points[index - 1], point) ? `V${y(point.value)}` : `M${x(point.begin)} ${y(point.value)}`}H${x(point.end)}`,
    )
    .join("");

/** A rectangle for each stretch: the interval belongs to all of it. */
const bandPath = (points: readonly Point[], x: X, y: Y): string =>
  points
    .flatMap(({ begin, end, interval }) =>
      interval ? [`M${x(begin)} ${y(interval.lower)}H${x(end)}V${y(interval.upper)}H${x(begin)}Z`] : [],
    )
    .join("");

/** Circles for stable and squares for the canary: the versions are told apart without colour, too. */
const dotsPath = (version: Line["version"], points: readonly Point[], x: X, y: Y): string =>
  points
    .map((point) => {
      const [left, middle] = [rounded(x(middleOf(point)) - 2), y(point.value)];
      return version === "stable"
        ? `M${left} ${middle}a2 2 0 1 0 4 0a2 2 0 1 0 -4 0`
        : `M${left} ${rounded(middle - 2)}h4v4h-4Z`;
    })
    .join("");
