import { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { factsOf, type StrategyName, strategyNames } from "../../canary/strategies.ts";
import { canaryAnnotation, strategyAnnotation } from "../../components/workload/render-application.ts";
import { createHook } from "./create-hook.ts";
import { firstIsCanary } from "./first-revision.ts";

/** How far a stack is: under which strategy, and whether a canary runs. */
export interface ReleaseState {
  readonly strategy: StrategyName;
  readonly canaryEnabled: boolean;
}

const isRollout = ({ strategy }: ReleaseState): boolean => factsOf(strategy).owner === "rollout-controller";

/**
 * Whether a stack may go from one state to the next.
 *
 * @param from undefined where there is nothing yet
 * @returns undefined where it may, else what to tell the user
 */
export function switchFault(from: ReleaseState | undefined, to: ReleaseState): UserError | undefined {
  if (!from) return to.canaryEnabled && hasOneWorkload(to) ? firstIsCanary(to.strategy) : undefined;
  if (from.strategy === to.strategy) return undefined;
  if (from.canaryEnabled || to.canaryEnabled) return midway(from, to);
  if (isRollout(from) && isRollout(to)) return betweenRollouts(from, to);
  return undefined;
}

const hasOneWorkload = ({ strategy }: ReleaseState): boolean => factsOf(strategy).workloads === "one";

const place = "the stack's config";

function midway(from: ReleaseState, to: ReleaseState): UserError {
  const when = from.canaryEnabled ? "while a canary runs" : "together with the start of a canary";
  return new UserError(
    `strategy cannot go from ${from.strategy} to ${to.strategy} ${when}: the new strategy knows nothing of the share of the traffic that was approved.`,
    {
      place,
      allowed: `strategy ${from.strategy}, or canaryEnabled false before and after the switch`,
      next: from.canaryEnabled
        ? `npx canaryctl config set strategy ${from.strategy} && npx canaryctl rollback && npx canaryctl delete-canary && npx canaryctl config set strategy ${to.strategy} && npx canaryctl up`
        : "npx canaryctl config set canaryEnabled false canaryWeight 0 && npx canaryctl up",
    },
  );
}

const betweenRollouts = (from: ReleaseState, to: ReleaseState): UserError =>
  new UserError(
    `strategy cannot go from ${from.strategy} to ${to.strategy} at once: a Rollout's controller would turn the one into the other with all traffic on it.`,
    {
      place,
      allowed: "a strategy without a Rollout in between",
      next: "npx canaryctl config set strategy istio && npx canaryctl up",
    },
  );

/** What a Namespace says of the state; undefined where there is none. */
export function stateOf(namespace: Record<string, unknown> | undefined): ReleaseState | undefined {
  if (!namespace) return undefined;
  const { annotations = {} } = (namespace.metadata ?? {}) as { readonly annotations?: Record<string, string> };
  return {
    // A lab that was made before it said so had one strategy, and may have had a canary.
    strategy: strategyNames.find((name) => name === annotations[strategyAnnotation]) ?? "istio",
    canaryEnabled: annotations[canaryAnnotation] !== "false",
  };
}

/**
 * Hooks for the namespace, which comes before everything in it: they refuse a forbidden switch before anything of the application is touched, in a
 * preview as well, and give `prepare` an allowed one, in an update only.
 */
export function strategyGuard(
  prepare?: (from: StrategyName, to: StrategyName) => Promise<void>,
): pulumi.ResourceHookBinding {
  const hook = createHook(
    "strategy-guard",
    async ({ oldInputs, newInputs }) => {
      const from = stateOf(oldInputs);
      const to = stateOf(newInputs);
      if (!to) return;
      const fault = switchFault(from, to);
      if (fault) throw fault;
      if (from && from.strategy !== to.strategy && !pulumi.runtime.isDryRun())
        await prepare?.(from.strategy, to.strategy);
    },
    { onDryRun: true },
  );
  return { beforeCreate: [hook], beforeUpdate: [hook] };
}
