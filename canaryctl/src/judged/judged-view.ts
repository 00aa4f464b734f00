import { createLiveBlock } from "@canary-lab/kit/live-block";
import { isLive } from "@canary-lab/kit/progress";
import type { Terminal } from "@canary-lab/kit/progress-live";
import { formatDuration } from "../../../canary/duration.ts";
import { evidencePart } from "../../../canary/judge/evidence-part.ts";
import { evidenceText } from "../../../canary/judge/evidence-text.ts";
import type { Act } from "../../../canary/judge/next-act.ts";
import type { SideReport } from "../../../canary/judge/verdict.ts";
import { bakeOf, type Plan } from "../../../canary/plan/plan.ts";
import { rateInterval } from "../../../canary/rate-interval.ts";
import type { Weight } from "../../../canary/weight.ts";
import { shareOf, shareText } from "../../../stacks/live/proxies/share.ts";
import { clockTime, percent, table } from "../print.ts";
import { printable } from "../this-stack.ts";
import type { Look } from "./observer.ts";

/** How a release is shown while it is judged. */
export interface JudgedView {
  /** @param act what is done about it; absent for who only watches */
  show(look: Look, act?: Act): void;
  end(): void;
}

/** A block on a terminal; elsewhere a line where something changes and every ten seconds; with `json` an object in each line. */
export function createJudgedView(
  { json = false }: { readonly json?: boolean },
  terminal: Terminal = process.stdout,
  environment: NodeJS.ProcessEnv = process.env,
): JudgedView {
  if (json)
    return { show: (look, act) => void terminal.write(`${JSON.stringify(lookEvent(look, act))}\n`), end: () => {} };
  if (isLive(terminal, environment) && terminal.rows > 0) {
    const block = createLiveBlock(terminal);
    return { show: (look, act) => block.draw(blockText(look, act).map(printable)), end: () => block.end() };
  }
  return lineView((line) => void terminal.write(`${line}\n`));
}

/** A line is repeated after so many milliseconds, with the numbers of then. */
const repeatMilliseconds = 10_000;

function lineView(write: (line: string) => void): JudgedView {
  let last: { readonly key: string; readonly at: number } | undefined;
  const show = (look: Look, act?: Act) => {
    const at = look.at.getTime();
    const key = `${look.lab.config.canaryWeight} ${act} ${look.conclusion.verdict}`;
    if (last?.key === key && at - last.at < repeatMilliseconds) return;
    write(`${clockTime(look.at)} ${lookLine(look, act)}`);
    last = { key, at };
  };
  return { show, end: () => {} };
}

/** A look as an event, for programs. */
export function lookEvent({ at, lab, live, seen, seconds, callers, conclusion }: Look, act?: Act) {
  const { canaryWeight } = lab.config;
  return {
    at: at.toISOString(),
    wanted: shareOf(canaryWeight),
    live: live?.weights ?? null,
    seen: seen ?? null,
    secondsAtThisWeight: Math.round(seconds),
    callers,
    act: act ?? null,
    ...conclusion,
  };
}

/** A look in one line. */
export function lookLine(look: Look, act?: Act): string {
  const { numbers } = look.conclusion;
  const ofBoth = (name: string, textOf: (side: SideReport) => string) => {
    const texts = { stable: textOf(numbers.stable), canary: textOf(numbers.canary) };
    const isKnown = Object.values(texts).some((text) => text !== unknown);
    return isKnown ? [`${name}: stable ${texts.stable}, canary ${texts.canary}`] : [];
  };
  return [
    stepText(look),
    look.seen ? `seen ${shareText(look.seen)}` : "no requests seen",
    ...ofBoth("errors", (side) => errorsText(side)),
    ...ofBoth("p95", latencyText),
    ...(act === undefined ? [] : [act]),
    look.conclusion.reason,
  ].join("; ");
}

/** A look as a block of lines. */
export function blockText(look: Look, act?: Act): readonly string[] {
  const { numbers, reason } = look.conclusion;
  const wanted = shareOf(look.lab.config.canaryWeight);
  const row = (side: "stable" | "canary") => [
    side,
    `${wanted[side]} %`,
    look.seen ? `${look.seen[side].toFixed(1)} %` : "-",
    String(numbers[side].requests),
    errorsText(numbers[side], confidence),
    latencyText(numbers[side]),
  ];
  const worse = numbers.tests
    .filter(({ mayFail }) => mayFail)
    .map(({ speaker, evidence, bound }) => ["worse", speaker, ...evidenceCells(evidence, bound)]);
  const good = (["errors", "latency"] as const).flatMap((name) => {
    const evidence = numbers.pass[name];
    return evidence === undefined ? [] : [["good enough", name, ...evidenceCells(evidence, numbers.pass.bound)]];
  });
  return [
    stepText(look),
    ...table([["", "wanted", "seen", "requests", "errors", "p95"], row("stable"), row("canary")]),
    "Evidence, and what it must reach",
    ...table([...worse, ...good]),
    act === undefined ? reason : `${act}: ${reason}`,
  ];
}

function stepText({ lab: { config }, seconds, callers }: Look): string {
  const { plan, canaryWeight } = config;
  const bake = bakeOf(plan, canaryWeight);
  const time = bake === "manual" ? ", until somebody promotes" : bake > 0 ? ` of ${formatDuration(bake)}` : "";
  const proxies = callers === 1 ? "1 caller's proxy" : `${callers} callers' proxies`;
  return `${placeText(plan, canaryWeight)}: ${canaryWeight} % since ${Math.round(seconds)} s${time}, counted at ${proxies}`;
}

/** Somebody may have set a weight that is no step of the plan. */
function placeText({ stages }: Plan, weight: Weight): string {
  const below = stages.filter((stage) => stage.weight < weight).length;
  const of = `of ${stages.length}`;
  if (stages[below]?.weight === weight) return `Step ${below + 1} ${of}`;
  return below === 0 ? `Before step 1 ${of}` : `Between steps ${below} and ${below + 1} ${of}`;
}

/** Of the interval of an error rate that is shown. */
const confidence = 0.95;

function errorsText({ requests, errors }: SideReport, within?: number): string {
  const interval = within && rateInterval(errors, requests, within);
  if (requests === 0) return unknown;
  const bounds = interval ? `, ${percent(interval.lower).slice(0, -2)} to ${percent(interval.upper)}` : "";
  return `${errors} (${percent(errors / requests)}${bounds})`;
}

const latencyText = ({ p95Milliseconds }: SideReport): string =>
  p95Milliseconds === undefined ? unknown : `${Number(p95Milliseconds.toPrecision(2))} ms`;

/** Where there was no request, or nobody counts it. */
const unknown = "-";

const barWidth = 24;

function evidenceCells(evidence: number, bound: number): readonly string[] {
  const full = Math.round(evidencePart(evidence, bound) * barWidth);
  return [`${"#".repeat(full)}${".".repeat(barWidth - full)}`, `${evidenceText(evidence, bound)} of ${bound}`];
}
