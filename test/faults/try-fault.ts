import type { LoadSummary } from "../../apps/load-client/src/load-summary.ts";
import { binomialInterval } from "../../canary/binomial.ts";
import { canaryctl, exportState, liveWeight } from "../e2e/support/lab.ts";
import { sampleLoad, sendLoad, splitFault } from "../e2e/support/traffic.ts";
import { until } from "../e2e/support/until.ts";
import { approved, type Fault, type Row, toldWithin } from "./fault.ts";
import { startInsideLoad } from "./inside-load.ts";

const since = (began: number): number => (Date.now() - began) / 1000;

/** From whatever the fault before left to the share that is approved. @throws Error where the lab is not well then */
async function atStart(): Promise<void> {
  if ((await liveWeight().catch(() => undefined)) !== approved)
    await mustEndWell("set-traffic", String(100 - approved), String(approved));
  await mustEndWell("status");
}

async function mustEndWell(...args: readonly string[]): Promise<void> {
  const { exitCode, output } = await canaryctl(...args);
  if (exitCode !== 0) throw new Error(`canaryctl ${args.join(" ")} ended with ${exitCode}:\n${output}`);
}

/** Makes one fault under 300 requests per second, from a lab that is up and has a canary. */
export async function tryFault(fault: Fault): Promise<Row> {
  await atStart();
  const load = await startInsideLoad();
  let began = Date.now();
  let told: number | undefined;
  let rollback: { readonly began: number; readonly exitCode: number } | undefined;
  let summary: LoadSummary;
  let recovered: number;
  let upCode = 0;
  let isWell = false;
  try {
    await fault.inject();
    if (fault.told) told = await toldAfter(fault.told);
    if (fault.rollsBackWithin !== undefined) rollback = await canaryctl("rollback");
    if (fault.heal) {
      await fault.heal();
      began = Date.now();
    }
    upCode = (await canaryctl("up")).exitCode;
    isWell =
      (await until("status finds all well", async () => (await canaryctl("status")).exitCode === 0, {
        seconds: 60,
        everyMilliseconds: 500,
      }).catch(() => undefined)) === true;
    recovered = since(began);
  } finally {
    summary = await load.stop();
  }
  const { v1 = 0, v2 = 0 } = summary.versions;
  const share = (100 * v2) / Math.max(1, v1 + v2);
  const rolledBack = rollback && Math.max(0, (summary.lastSeen.v2 ?? 0) - rollback.began) / 1000;
  const wanted = rollback ? 0 : approved;
  const sample = await sendLoad(sampleLoad);
  const pending = (await exportState().catch(() => undefined))?.pending_operations ?? [];
  const { highest } = binomialInterval({
    trials: v1 + v2,
    probability: approved / 100,
    confidence: 0.9999,
  });
  const { rollsBackWithin = Number.POSITIVE_INFINITY } = fault;
  const wrong = [
    !fault.loses &&
      summary.failed > 0 &&
      `Requests failed: ${JSON.stringify({ ...summary.errors, ...summary.statuses })}.`,
    v2 > highest && "The canary got more than was approved.",
    fault.told && told === undefined && `Not told within ${toldWithin} s.`,
    rollback &&
      rollback.exitCode !== (fault.silencesProxies ? 1 : 0) &&
      `The rollback ended with ${rollback.exitCode}.`,
    rolledBack !== undefined && rolledBack > rollsBackWithin && `Rolled back later than ${rollsBackWithin} s.`,
    upCode !== 0 && `The next up ended with ${upCode}.`,
    !isWell && "Status did not find all well afterwards.",
    pending.length > 0 && "The state has operations that did not end.",
    splitFault(sample, wanted),
  ].filter((text): text is string => typeof text === "string");
  const after = (100 * (sample.versions.v2 ?? 0)) / sample.sent;
  return { fault, sent: summary.sent, failed: summary.failed, share, after, told, rolledBack, recovered, wrong };
}

/** Seconds until `status` says it. */
async function toldAfter(words: RegExp): Promise<number | undefined> {
  const began = Date.now();
  const says = async () => words.test((await canaryctl("status")).output);
  const isTold = await until(String(words), says, { seconds: toldWithin, everyMilliseconds: 200 }).catch(() => false);
  return isTold ? since(began) : undefined;
}
