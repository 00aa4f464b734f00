import type { LoadSummary } from "../../../apps/load-client/src/load-summary.ts";
import { configAnnotation } from "../../../components/workload/render-application.ts";
import { notedValues } from "../../../stacks/config/applied-config.ts";
import { mustRun, type Outcome } from "./command.ts";
import { canaryctl, kubectl, namespace } from "./lab.ts";
import { editConfig, readConfig, type StackValue, type StackValues } from "./stack-config.ts";
import { startSteadyLoad } from "./traffic.ts";

/** The stack as its config's defaults have it. */
export const startingPoint = { strategy: "istio", canaryEnabled: true, canaryWeight: 10 } as const;

/** Nothing of v2 runs: only from here, and only to here, may a stack change its strategy. */
export const withoutCanary = { canaryEnabled: false, canaryWeight: 0 } as const;

/** What the cases set of a strategy and of a release: a case begins with the defaults of all that it does not set itself. */
const defaults: StackValues = Object.fromEntries(
  [
    "service",
    "plan",
    "analysis",
    "analysisBy",
    "rolloutCanary",
    "blueGreen",
    "rollingUpdate",
    "migration",
    "stickyCookie",
    "stableImage",
    "canaryImage",
    "replicas",
    "canaryReplicas",
  ].map((key) => [key, undefined]),
);

/** The strategy that the config asks for now. */
export const currentStrategy = (): string => readConfig("strategy") ?? startingPoint.strategy;

const hasRollout = (strategy: string): boolean => strategy.startsWith("rollout-");

const hasCanary = (): boolean => (readConfig("canaryEnabled") ?? "true") !== "false";

/** From any stack without a release that cannot end to {@link startingPoint}. */
export async function backToStart(): Promise<void> {
  await enterStack(startingPoint);
}

/**
 * Brings the lab to a stack with these values, from any other, as a user does it: take the canary away, set the config, `up`. There is no
 * canary then, unless `values` say otherwise.
 *
 * @returns what a load saw that was sent while the strategy changed; undefined where it did not change
 */
export async function enterStack(values: StackValues): Promise<LoadSummary | undefined> {
  const strategy = String(values.strategy ?? startingPoint.strategy);
  const wanted = { ...defaults, ...withoutCanary, ...values, strategy };
  const deployed = await deployedStrategy();
  if (deployed !== undefined && deployed !== currentStrategy()) await endUnfinished();
  if (strategy === currentStrategy()) {
    editConfig(wanted);
    await mustBeUp();
    return undefined;
  }
  const missing = missingPlatform({ ...(hasRollout(strategy) && { rollouts: "cluster" }), ...values });
  if (hasCanary() || missing) {
    // A change of the strategy is measured by itself: the platform may have to be built first, which takes minutes.
    editConfig({ ...missing, ...withoutCanary });
    await canaryctl("up"); // where this fails, of a release that cannot end, the change below says whether it may be left
  }
  const load = await startSteadyLoad();
  if (hasRollout(currentStrategy()) && hasRollout(strategy)) {
    // The program refuses to turn one kind of Rollout into the other.
    editConfig({ ...defaults, ...withoutCanary, strategy: startingPoint.strategy });
    await mustBeUp();
  }
  editConfig({ ...wanted, ...withoutCanary });
  await mustBeUp();
  const report = await load.stop();
  if (values.canaryEnabled) {
    editConfig(values);
    await mustBeUp();
  }
  return report;
}

/** What these values ask for beside the mesh, where the config does not ask for all of it yet. */
function missingPlatform({ monitoring, rollouts, objective }: StackValues): StackValues | undefined {
  const asksFor = (key: string, value: StackValue | undefined) =>
    value === undefined || readConfig(key) === String(value);
  if (asksFor("monitoring", monitoring) && asksFor("rollouts", rollouts)) return undefined;
  return { ...(monitoring && { monitoring, objective }), ...(rollouts && { rollouts }) };
}

/** The strategy that the last update applied; undefined where the application is not deployed. */
async function deployedStrategy(): Promise<string | undefined> {
  const note = `jsonpath={.metadata.annotations.${configAnnotation.replaceAll(".", "\\.")}}`;
  const noted = notedValues(await kubectl("get", "namespace", namespace, "--ignore-not-found", "-o", note));
  return noted && (noted.strategy ?? startingPoint.strategy);
}

/**
 * Ends a change of the strategy that a failed test left refused, as the refusal says: its next command is run as it is printed. The tests of
 * this file would fail of the other one's cause otherwise.
 */
async function endUnfinished(): Promise<void> {
  editConfig(withoutCanary);
  const { exitCode, output } = await canaryctl("up");
  if (exitCode === 0) return;
  console.log("# The stack is left half-changed by an earlier test: what the refusal says is run.");
  for (const [, command = ""] of output.matchAll(/^ *next: +(.*)$/gm))
    await mustRun("bash", ["-c", command], { timeoutSeconds: 300 });
}

/** `canaryctl up`, which has to succeed: it builds what the config needs, deploys it, waits for it, and measures the split. */
export async function mustBeUp(): Promise<Outcome> {
  const outcome = await canaryctl("up");
  if (outcome.exitCode !== 0) throw new Error(`canaryctl up ended with ${outcome.exitCode}:\n${outcome.output}`);
  return outcome;
}
