import { backToStart, enterStack, mustBeUp } from "../test/e2e/support/configure.ts";
import { canaryctl } from "../test/e2e/support/lab.ts";
import { keepConfig, type StackValues } from "../test/e2e/support/stack-config.ts";
import { sendLoad, startSteadyLoad } from "../test/e2e/support/traffic.ts";
import { until } from "../test/e2e/support/until.ts";
import { secondsOf } from "./sample.ts";
import type { Row } from "./table.ts";

/** Requests per second, from a pod, through all of a release. */
const rate = 300;

/** A short ladder, for each of its weights costs a command where no controller climbs it, and no time there that promote would wait for. */
const weights = [30, 60];
const byHand = { plan: { weights, bake: "manual" } };

interface Release {
  readonly values: StackValues;
  /** How many promotions lead from the first request of v2 to all of them. */
  readonly promotions: number;
}

/** The header's strategy is left out, for its ingress does not run here. */
const releases: Readonly<Record<string, Release>> = {
  istio: { values: byHand, promotions: 3 },
  "gateway-api": { values: byHand, promotions: 3 },
  "replica-ratio": { values: { ...byHand, replicas: 4 }, promotions: 3 },
  "rollout-canary": { values: { plan: { weights, bake: "2s" } }, promotions: 0 },
  "rollout-blue-green": { values: {}, promotions: 1 },
  "rolling-update": { values: {}, promotions: 0 },
};

/** Requests that failed in a release by each strategy, from its start through its end, which makes v2 the stable version, to its way back. */
export async function measureHappyPaths(): Promise<readonly Row[]> {
  const restore = keepConfig();
  const rows: Row[] = [];
  try {
    for (const [strategy, release] of Object.entries(releases)) rows.push(await measureRelease(strategy, release));
  } finally {
    await backToStart();
    restore();
    await mustBeUp();
  }
  return rows;
}

async function measureRelease(strategy: string, { values, promotions }: Release): Promise<Row> {
  await enterStack({ strategy, ...values });
  const load = await startSteadyLoad({ rate });
  secondsOf(await canaryctl("create-canary", "--image", "versioned-echo:v2"));
  for (let promotion = 0; promotion < promotions; promotion++) secondsOf(await canaryctl("promote"));
  await until("v2 answers everybody", async () => !(await sendLoad({ requests: 50, rate: 200 })).versions.v1);
  secondsOf(await canaryctl("promote", "--full", "--now", "--reason", "measured"));
  secondsOf(await canaryctl("rollback"));
  await until("v1 answers everybody", async () => !(await sendLoad({ requests: 50, rate: 200 })).versions.v2);
  const { sent, failed, versions, seconds } = await load.stop();
  if (!versions.v1 || !versions.v2) throw new Error(`Not both versions answered: ${JSON.stringify(versions)}`);
  const what = `failed requests of ${sent} in a release by ${strategy} and its way back at ${Math.round(sent / seconds)} requests/s`;
  return { what, values: [failed], unit: "requests", atMost: 0 };
}
