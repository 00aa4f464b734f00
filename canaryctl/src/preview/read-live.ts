import { UserError } from "@canary-lab/kit/user-error";
import { requestRate } from "../../../canary/slo/queries.ts";
import { callerSource } from "../../../canary/slo/source.ts";
import { factsOf } from "../../../canary/strategies.ts";
import type { HistoryEntry } from "../../../stacks/history-entry.ts";
import { withApplied } from "../applied.ts";
import { placeOf } from "../deployed.ts";
import { findVisibleDrift } from "../engine/drift/live-objects.ts";
import { driftText } from "../engine/drift/mend.ts";
import { stateOf } from "../engine/state.ts";
import { readHistory } from "../history/store.ts";
import type { Lab } from "../lab.ts";
import { configuredStrategy } from "../strategies/table.ts";
import { type AskedLab, askPrometheus } from "../traffic/prometheus.ts";
import type { LiveFacts, PreviewDrift } from "./digest.ts";

/** Reads what the cluster has, beside the engine's preview, which looks at the state only. Nothing of it is needed for that. */
export async function readLive(lab: Lab): Promise<LiveFacts> {
  const [traffic, drift] = await Promise.all([known(readTraffic(lab)), known(readDrift(lab))]);
  return {
    ...(traffic instanceof UserError ? {} : traffic),
    ...(drift instanceof UserError ? { notCompared: `all of it: ${drift.message}` } : drift),
  };
}

/** What the user is meant to read of a failure; a defect goes on. */
async function known<T>(work: Promise<T>): Promise<T | UserError> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

async function readTraffic(given: Lab): Promise<Pick<LiveFacts, "share" | "perMinute" | "tried">> {
  const { lab, note } = await placeOf(given);
  if (!note.isThere) return {};
  const deployed = withApplied(lab, note.config);
  const { config } = deployed;
  const [release, perMinute, history] = await Promise.all([
    factsOf(config.strategy).owner === "pulumi"
      ? configuredStrategy(deployed).then((strategy) => strategy.read(deployed))
      : undefined,
    requestsPerMinute(deployed),
    known(readHistory(lab.cluster, config)),
  ]);
  return {
    share: release?.live?.canary,
    perMinute,
    ...(!(history instanceof UserError) && { tried: triedIn(history) }),
  };
}

/** Each entry says what the canary's share was from then on. */
const triedIn = (history: readonly HistoryEntry[]): readonly string[] =>
  history.flatMap(({ to }) => (to.canaryEnabled === "true" && Number(to.canaryWeight) > 0 ? [to.canaryImage] : []));

/** What may not be read, as Helm's Secrets by a previewer, is told as not compared, and the rest is compared. */
async function readDrift(lab: Lab): Promise<Pick<LiveFacts, "drift" | "notCompared">> {
  const state = await stateOf(lab);
  const refusals: string[] = [];
  const found = state
    ? await findVisibleDrift(lab.cluster, state.deployment, ({ message }) => refusals.push(message))
    : [];
  const drift = found.map(
    (one): PreviewDrift => ({
      kind: one.kind,
      id: one.id,
      isGone: one.live === undefined,
      fields: one.live ? driftText(one) : [],
    }),
  );
  const [first] = refusals;
  return { drift, ...(first !== undefined && { notCompared: `${refusals.length} of its objects: ${first}` }) };
}

/** Of the callers' proxies, within two minutes: four scrapes. Undefined without monitoring, and where Prometheus does not know. */
async function requestsPerMinute(lab: AskedLab): Promise<number | undefined> {
  if (!lab.config.monitoring) return undefined;
  const query = `sum(${requestRate(callerSource(lab.config), "2m")})`;
  const answer = await known(askPrometheus<Answer>(lab, query));
  if (answer instanceof UserError) return undefined;
  const perSecond = Number(answer?.data?.result?.[0]?.value[1]);
  return Number.isFinite(perSecond) ? perSecond * 60 : undefined;
}

interface Answer {
  readonly data?: { readonly result?: readonly { readonly value: readonly [time: number, value: string] }[] };
}
