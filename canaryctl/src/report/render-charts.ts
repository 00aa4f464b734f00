import { type Chart, type Line, type Point, renderChart } from "./chart.ts";
import { html, type Markup } from "./markup.ts";
import type { Report } from "./report-data.ts";
import { roundUp } from "./scale.ts";
import type { SideCounts, Stretch, Traffic } from "./traffic.ts";
import { countText, lengthText, millisecondsText, percentText, short, spanText, timeText } from "./words.ts";

const versions = ["stable", "canary"] as const;

/** The charts of a report, each with the same numbers as a table. */
export function renderCharts(report: Report): Markup {
  const { traffic } = report;
  return html`<div class="charts">${[weights(report), ...(traffic ? [errorRates(report, traffic), latencies(report, traffic)] : [])]}</div>`;
}

/** From the first move, or reading, to the end; with a width where both are one moment. */
function frameOf({ begin, end, made, moves, traffic }: Report): Pick<Chart, "begin" | "end" | "marks"> {
  const first = Math.min(begin.getTime(), traffic?.all.begin.getTime() ?? Number.POSITIVE_INFINITY);
  const last = Math.max((end ?? made).getTime(), traffic?.all.end.getTime() ?? 0, first + 60_000);
  return { begin: new Date(first), end: new Date(last), marks: moves.map(({ at }) => at) };
}

function weights(report: Report): Markup {
  const { moves } = report;
  const frame = frameOf(report);
  const points = moves.map(({ at, share }, index) => ({
    begin: at,
    end: moves[index + 1]?.at ?? frame.end,
    value: share,
  }));
  const chart: Chart = {
    ...frame,
    id: "weights",
    title: "Wanted share of the new version over time",
    description: `${moves.map(({ number, at, share }) => `Move ${number}, ${timeText(at)}: ${share} %`).join(". ")}.`,
    top: 100,
    label: (value) => `${value} %`,
    lines: [{ version: "canary", points, isStepped: true }],
  };
  const rows = moves.map(
    ({ number, at, share }) =>
      html`<tr><th scope="row">${number}: ${timeText(at)}</th><td>${100 - share} %</td><td>${share} %</td></tr>`,
  );
  return figure(chart, {
    heading: "Weights",
    note: "Share that the new version was to have, by the config after each move; the numbers are those of the moves.",
    table: table(["move", "stable", "new version"], rows),
  });
}

function errorRates(report: Report, traffic: Traffic): Markup {
  const pointOf = ({ begin, end }: Stretch, { errorRate }: SideCounts): readonly Point[] =>
    errorRate ? [{ begin, end, value: errorRate.rate, interval: errorRate }] : [];
  const chart: Chart = {
    ...frameOf(report),
    id: "errors",
    title: "Error rate by version over time",
    description: `${sentence(traffic, ({ requests, errors, errorRate }) => `${countText(errors)} of ${countText(requests)} requests failed, ${rateText(errorRate)}`)} The table below has each stretch.`,
    ...topOf(traffic, pointOf),
    label: percentText,
    lines: linesOf(traffic, pointOf),
  };
  return figure(chart, {
    heading: "Error rate",
    note: `Each stretch of ${stretchText(traffic)} with its exact 95 % interval (Clopper and Pearson), for one look at that stretch alone; one above the chart is cut.`,
    hasKey: true,
    table: stretchTable(traffic, ["requests", "errors", "error rate, 95 % interval"], (side) => [
      countText(side.requests),
      countText(side.errors),
      rateText(side.errorRate),
    ]),
  });
}

function latencies(report: Report, traffic: Traffic): Markup {
  const pointOf = ({ begin, end }: Stretch, { p95 }: SideCounts): readonly Point[] =>
    p95
      ? [{ begin, end, value: p95.estimate, interval: { lower: p95.lower, upper: p95.upper ?? Number.MAX_VALUE } }]
      : [];
  const chart: Chart = {
    ...frameOf(report),
    id: "latency",
    title: "95th percentile of the latency by version over time",
    description: `${sentence(traffic, ({ p95 }) => `95 % of the requests were answered within ${p95Text(p95)}`)} The table below has each stretch.`,
    ...topOf(traffic, pointOf),
    label: millisecondsText,
    lines: linesOf(traffic, pointOf),
  };
  return figure(chart, {
    heading: "Latency, p95",
    note: "A histogram tells the bucket of the 95th percentile: the band is that bucket, the line a guess within it, as Prometheus makes it.",
    hasKey: true,
    table: stretchTable(traffic, ["p95, bucket"], ({ p95 }) => [p95Text(p95)]),
  });
}

type PointOf = (stretch: Stretch, side: SideCounts) => readonly Point[];

const linesOf = ({ stretches }: Traffic, pointOf: PointOf): readonly Line[] =>
  versions.map((version) => ({ version, points: stretches.flatMap((each) => pointOf(each, each[version])) }));

/** As high as the values are, and nine of ten intervals: those of few requests are wide, and would flatten the rest. */
function topOf({ stretches }: Traffic, pointOf: PointOf): Pick<Chart, "top"> {
  const points = stretches.flatMap((each) => versions.flatMap((version) => pointOf(each, each[version])));
  const uppers = points.map(({ value, interval }) => Math.min(interval?.upper ?? value, 4 * value || Number.MAX_VALUE));
  const wide = uppers.filter((upper) => upper < Number.MAX_VALUE).toSorted((a, b) => a - b);
  return { top: roundUp(Math.max(...points.map(({ value }) => value), wide[Math.floor(wide.length * 0.9)] ?? 0)) };
}

interface FigureParts {
  readonly heading: string;
  readonly note: string;
  readonly hasKey?: boolean;
  readonly table: Markup;
}

const figure = (chart: Chart, { heading, note, hasKey = false, table }: FigureParts): Markup => html`<figure>
<figcaption><b>${heading}</b>${hasKey ? html`<span class="key"><span class="stable">● stable</span><span class="canary">■ canary, dashed</span></span>` : html``}</figcaption>
${renderChart(chart)}
<p>${note}</p>
<details><summary>The numbers as a table</summary><div class="wide">${table}</div></details>
</figure>`;

const table = (heads: readonly string[], rows: readonly Markup[]): Markup => html`<table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody>
</table>`;

const stretchTable = (
  { stretches }: Traffic,
  heads: readonly string[],
  cells: (side: SideCounts) => readonly string[],
): Markup =>
  table(
    ["time (UTC)", ...versions.flatMap((version) => heads.map((head) => `${version}: ${head}`))],
    stretches.map(
      (stretch) =>
        html`<tr><th scope="row">${spanText(stretch.begin, stretch.end)}</th>${versions.flatMap((version) =>
          cells(stretch[version]).map((cell) => html`<td>${cell}</td>`),
        )}</tr>`,
    ),
  );

const stretchText = ({ stretches: [first], all }: Traffic): string =>
  lengthText((first ?? all).begin, (first ?? all).end);

const sentence = ({ all }: Traffic, text: (side: SideCounts) => string): string =>
  versions.map((version) => `In all, ${version}: ${text(all[version])}.`).join(" ");

/** Such as `0.5 % (0.2–1 %)`. */
export const rateText = (rate: SideCounts["errorRate"]): string =>
  rate ? `${percentText(rate.rate)} (${short(rate.lower * 100)}–${percentText(rate.upper)})` : "no requests";

/** Such as `32 ms (25–50 ms)`. */
export const p95Text = (p95: SideCounts["p95"]): string => {
  if (!p95) return "not counted";
  if (p95.upper === null) return `more than ${millisecondsText(p95.lower)}`;
  return `${millisecondsText(p95.estimate)} (${short(p95.lower)}–${millisecondsText(p95.upper)})`;
};
