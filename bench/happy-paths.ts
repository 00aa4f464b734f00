import { enterStack, type StackValues } from "../test/e2e/support/configure.ts";
import { canaryctl } from "../test/e2e/support/lab.ts";
import { startSteadyLoad } from "../test/e2e/support/traffic.ts";
import { secondsOf } from "./sample.ts";
import type { Row } from "./table.ts";

/** Requests per second, from a pod, through all of a release. */
const rate = 300;

/** A short ladder, for each weight costs a command; the header's strategy is left out, for its ingress does not run here. */
const plan = { weights: [30, 60], bake: "2s" };
const releases: Readonly<Record<string, StackValues>> = {
  istio: { strategy: "istio", plan },
  "gateway-api": { strategy: "gateway-api", plan },
  "rollout-canary": { strategy: "rollout-canary", plan },
  "rollout-blue-green": { strategy: "rollout-blue-green" },
  "replica-ratio": { strategy: "replica-ratio", plan },
  "rolling-update": { strategy: "rolling-update" },
};

/** Requests that failed in a whole release by each strategy: v2 begins, gets its weights where the strategy has some, and becomes stable. */
export async function measureHappyPaths(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const [strategy, values] of Object.entries(releases)) rows.push(await measureRelease(strategy, values));
  return rows;
}

async function measureRelease(strategy: string, values: StackValues): Promise<Row> {
  const leave = await enterStack(values);
  try {
    const load = await startSteadyLoad({ rate });
    secondsOf(await canaryctl("create-canary", "--image", "versioned-echo:v2"));
    if (movesByCommand.has(strategy)) secondsOf(await canaryctl("promote"));
    secondsOf(await canaryctl("promote", "--full"));
    const { sent, failed, versions, seconds } = await load.stop();
    if (!versions.v1 || !versions.v2) throw new Error(`Not both versions answered: ${JSON.stringify(versions)}`);
    const what = `failed requests of ${sent} in a release by ${strategy} at ${Math.round(sent / seconds)} requests/s`;
    return { what, values: [failed], unit: "requests", atMost: 0 };
  } finally {
    await leave();
  }
}

/** Where the weights of the plan are moved by a command each. */
const movesByCommand: ReadonlySet<string> = new Set(["istio", "gateway-api", "replica-ratio"]);
