import type { Conclusion } from "../../../canary/judge/conclusion.ts";
import { evidencePart } from "../../../canary/judge/evidence-part.ts";
import { evidenceText } from "../../../canary/judge/evidence-text.ts";
import { html, type Markup } from "./markup.ts";
import type { RecordedVerdict } from "./recorded.ts";
import { countText, lengthText, millisecondsText, percentText, short } from "./words.ts";

type Judged = RecordedVerdict | Conclusion;
type Numbers = Judged["numbers"];
type Test = Numbers["tests"][number];

const words = { pass: "pass", fail: "fail", inconclusive: "no verdict" } as const;

export const verdictBadge = ({ verdict }: Judged): Markup =>
  html`<span class="badge ${verdict}">${words[verdict]}</span>`;

/** A verdict with all numbers that it comes from. */
export const renderVerdict = (judged: Judged): Markup => html`<p>${judged.reason}</p>
<div class="tables"><div><div class="wide"><table>
<caption>Seen by the judge, over ${lengthText(new Date(0), new Date(judged.numbers.seconds * 1000))}</caption>
<thead><tr><th scope="col">version</th><th scope="col">requests</th><th scope="col">errors</th><th scope="col">p95</th></tr></thead>
<tbody>${(["stable", "canary"] as const).map((version) => sideRow(version, judged.numbers[version]))}</tbody>
</table></div>
<div class="wide"><table>
<caption>Evidence that it is good enough, and what passes it: both must</caption>
<thead><tr><th scope="col">of</th><th scope="col">e-value</th><th scope="col">bound</th></tr></thead>
<tbody>${passRows(judged.numbers)}</tbody>
</table></div></div>
<div class="wide"><table>
<caption>Evidence that the canary is worse than is allowed, and what fails it</caption>
<thead><tr><th scope="col">test</th><th scope="col">e-value</th><th scope="col">bound</th><th scope="col">more bad ones</th><th scope="col">factor of the odds</th></tr></thead>
<tbody>${judged.numbers.tests.map(testRow)}</tbody>
</table></div></div>
${missingText(judged.numbers)}`;

const sideRow = (version: string, { requests, errors, p95Milliseconds }: Numbers["stable"]): Markup =>
  html`<tr><th scope="row">${version}</th><td>${countText(requests)}</td><td>${countText(errors)}${
    requests > 0 ? ` (${percentText(errors / requests)})` : ""
  }</td><td>${p95Milliseconds === undefined ? "not counted" : millisecondsText(p95Milliseconds)}</td></tr>`;

function testRow({ speaker, mayFail, evidence, bound, excessPoints, factor, edgeMilliseconds }: Test): Markup {
  const edge = edgeMilliseconds === undefined ? "" : `, slower than ${millisecondsText(edgeMilliseconds)}`;
  return html`<tr><th scope="row">${speaker}${edge}${mayFail ? "" : " (informs only)"}</th><td>${evidenceBar(evidence, bound)}${evidenceText(evidence, bound)}</td><td>${short(bound)}</td><td>${
    excessPoints === undefined ? "–" : `${short(excessPoints)} points`
  }</td><td>${factor ? factorText(factor) : "–"}</td></tr>`;
}

const evidenceBar = (evidence: number, bound: number): Markup =>
  html`<span class="bar" aria-hidden="true"><i style="width:${Math.round(evidencePart(evidence, bound) * 100)}%"></i></span>`;

function factorText({ estimate, lower, upper }: NonNullable<Test["factor"]>): string {
  const sequence = `[${short(lower)}, ${Number.isFinite(upper) ? `${short(upper)}]` : "∞)"}`;
  return estimate === undefined ? `none yet ${sequence}` : `${short(estimate)} ${sequence}`;
}

const passRows = ({ pass: { errors, latency, bound } }: Numbers): readonly Markup[] =>
  [["errors", errors] as const, ...(latency === undefined ? [] : [["latency", latency] as const])].map(
    ([name, evidence]) =>
      html`<tr><th scope="row">${name}</th><td>${evidenceBar(evidence, bound)}${evidenceText(evidence, bound)}</td><td>${short(bound)}</td></tr>`,
  );

function missingText({ missing }: Numbers): Markup {
  if (!missing) return html``;
  if (missing.requests === undefined)
    return html`<p><b>Missing:</b> what was seen so far leads neither to a pass nor to a fail.</p>`;
  const time = missing.seconds === undefined ? "" : `, ${Math.ceil(missing.seconds)} s at the rate of then`;
  return html`<p><b>Missing:</b> ${countText(missing.requests)} more requests to the canary for a pass${time}.</p>`;
}
