import { html, Markup } from "./markup.ts";
import { p95Text, rateText, renderCharts } from "./render-charts.ts";
import { renderVerdict, verdictBadge } from "./render-verdict.ts";
import type { Lacking, Report, ReportedMove } from "./report-data.ts";
import { style } from "./style.ts";
import type { Traffic } from "./traffic.ts";
import { countText, lengthText, timeText } from "./words.ts";

/** A report as one page: no script, and nothing that a browser would fetch, which its policy forbids, too. */
export function renderReport(report: Report): string {
  const { app, stack, outcome, moves, traffic, judged, lacking } = report;
  const verdicts = moves.filter(({ judged }) => judged);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="color-scheme" content="light dark">
<title>Release of ${app}, ${stack}: ${outcome}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<header>
<p class="soft">Canary report of stack ${stack}</p>
<h1>Release of ${app} <span class="badge ${badgeOf(outcome)}">${outcome}</span></h1>
${facts(report)}
</header>
<main>
${section("charts", "How it went", html`${traffic ? totals(traffic) : html``}${renderCharts(report)}`)}
${verdicts.length + (judged ? 1 : 0) === 0 ? html`` : section("verdicts", "The judge's verdicts", html`<ol>${verdicts.map(verdictOfMove)}${judged ? [verdictOfAll(judged)] : []}</ol>`)}
${section("moves", "Moves: who, when and why", html`<ol>${moves.map(move)}</ol>`)}
${lacking.length === 0 ? html`` : section("lacking", "What is not in this report", html`<ul>${lacking.map(lack)}</ul>`)}
</main>
<footer>
<p>The factor says how many times the odds of a bad request are at the canary what they are at the stable version, with a confidence sequence of 95 % that holds at each moment at once. An e-value is the evidence against "no worse than is allowed": the chance that it ever reaches the bound of a canary that is within the limits is at most 1 in 100 for the whole release. docs/judge.md has the method and its error rates.</p>
<p>Made ${timeText(report.made)} by <code>canaryctl report</code> from the history in the cluster${traffic ? " and from Prometheus" : ""}. All times are UTC.</p>
</footer>
</body>
</html>
`;
  return page.text;
}

const badgeOf = (outcome: string): string => {
  if (outcome === "promoted") return "pass";
  return outcome.startsWith("rolled back") ? "fail" : "none";
};

const section = (id: string, heading: string, body: Markup): Markup =>
  html`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>${body}</section>`;

const facts = ({ stableImage, canaryImage, strategy, namespace, begin, end, made, isWhole }: Report): Markup => {
  const rows: readonly (readonly [string, string | Markup])[] = [
    ["stable version before", html`<code>${stableImage}</code>`],
    ["new version", html`<code>${canaryImage}</code>`],
    ["strategy, namespace", `${strategy}, ${namespace}`],
    [isWhole ? "began" : "first move that is known", timeText(begin)],
    [
      end ? "ended" : "goes on",
      end ? `${timeText(end)}, after ${lengthText(begin, end)}` : `for ${lengthText(begin, made)}`,
    ],
  ];
  return html`<dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
};

const totals = ({ all }: Traffic): Markup => html`<div class="wide"><table>
<caption>What the callers' proxies counted in all, with exact 95 % intervals and the bucket of the 95th percentile</caption>
<thead><tr><th scope="col">version</th><th scope="col">requests</th><th scope="col">errors</th><th scope="col">error rate</th><th scope="col">p95</th></tr></thead>
<tbody>${(["stable", "canary"] as const).map((version) => {
  const { requests, errors, errorRate, p95 } = all[version];
  return html`<tr><th scope="row">${version}</th><td>${countText(requests)}</td><td>${countText(errors)}</td><td>${rateText(errorRate)}</td><td>${p95Text(p95)}</td></tr>`;
})}</tbody>
</table></div>`;

const numbered = ({ number, at }: ReportedMove): Markup =>
  html`<span class="number">${number}</span> <time datetime="${at.toISOString()}">${timeText(at)}</time>`;

const verdictOfMove = (move: ReportedMove): Markup =>
  move.judged
    ? html`<li class="card"><h3>${numbered(move)} ${verdictBadge(move.judged)} <span class="typed">${move.from} → ${move.to}</span></h3>${renderVerdict(move.judged)}</li>`
    : html``;

const verdictOfAll = (judged: NonNullable<Report["judged"]>): Markup =>
  html`<li class="card"><h3>The whole release, by all counters of Prometheus ${verdictBadge(judged)}</h3><p class="soft">Computed for this report; nobody acted on it.</p>${renderVerdict(judged)}</li>`;

const move = (
  each: ReportedMove,
): Markup => html`<li class="card"><h3>${numbered(each)} <span class="typed">${each.from} → ${each.to}</span></h3>
<p><code>${each.command}</code> <span class="soft">by</span> <span class="typed">${each.who}</span></p>
${each.why === null ? html`` : html`<p class="typed">${each.why}</p>`}
${each.source === null ? html`` : html`<p class="typed soft">${each.source}</p>`}
${each.failed === null ? html`` : html`<p class="fail typed">failed: ${each.failed}</p>`}
</li>`;

const lack = ({ what, next }: Lacking): Markup =>
  html`<li>${what}${next.map((command) => html`<br><code>${command}</code>`)}</li>`;
