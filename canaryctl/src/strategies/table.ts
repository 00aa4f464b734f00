import { UserError } from "@canary-lab/kit/user-error";
import { type StrategyName, strategyNames } from "../../../canary/strategies.ts";
import { namespacePath } from "../../../cluster/kube/paths.ts";
import { configAnnotation, strategyAnnotation } from "../../../components/workload/render-application.ts";
import { type LiveNamespace, namespaceFault } from "../../../stacks/live/namespace-owner.ts";
import { withApplied } from "../applied.ts";
import type { Lab } from "../lab.ts";
import { gatewayRoute } from "../traffic/gateway-route.ts";
import { istioRoute } from "../traffic/istio-route.ts";
import { patiently, rollbackSeconds } from "../traffic/patiently.ts";
import { podShare } from "../traffic/pod-share.ts";
import { nginxHeader } from "./header.ts";
import { rollingUpdate } from "./rolling/rolling-update.ts";
import { rolloutBlueGreen, rolloutCanary } from "./rollouts/rollout.ts";
import type { ReleaseStrategy, Say } from "./strategy.ts";
import { weighted } from "./weights/weighted.ts";

const table: Record<StrategyName, ReleaseStrategy> = {
  istio: weighted(istioRoute),
  "gateway-api": weighted(gatewayRoute),
  "replica-ratio": weighted(podShare),
  "nginx-header": nginxHeader,
  "rollout-canary": rolloutCanary,
  "rollout-blue-green": rolloutBlueGreen,
  "rolling-update": rollingUpdate,
};

/** What the program notes on the Namespace of what it deployed. */
interface Noted {
  /** Undefined where nothing is. */
  readonly strategy: StrategyName | undefined;
  readonly config: string | undefined;
}

/** @throws UserError where the namespace is another stack's, or nobody's */
async function noted({ cluster, config, stackFile }: Lab): Promise<Noted> {
  const namespace = await cluster.get<LiveNamespace>(namespacePath(config.namespace));
  const fault = namespaceFault(namespace, stackFile.claim(config.namespace));
  if (fault) throw fault;
  const annotations = namespace?.metadata.annotations ?? {};
  return {
    strategy: strategyNames.find((name) => name === annotations[strategyAnnotation]),
    config: annotations[configAnnotation],
  };
}

/**
 * The strategy of a lab: the config's, which must be the one that is deployed.
 *
 * @throws UserError where the config has been changed to another one, and `up` has not yet been run
 */
export const strategyOf = async (lab: Lab): Promise<ReleaseStrategy> => mustBeDeployed(lab, await noted(lab));

function mustBeDeployed(lab: Lab, { strategy }: Noted): ReleaseStrategy {
  const wanted = lab.config.strategy;
  const deployed = strategy ?? wanted;
  if (deployed === wanted) return table[wanted];
  throw new UserError(`The config says strategy ${wanted}, and the application is deployed by ${deployed}.`, {
    place: `strategy in ${lab.stackFile.name}`,
    allowed: `${deployed}, until an update has changed it`,
    next: ["npx canaryctl up", `npx canaryctl config set strategy ${deployed}`],
  });
}

/** A lab whose traffic is about to be moved: by its applied config, and with the strategy that is deployed. */
export interface Move {
  readonly lab: Lab;
  readonly strategy: ReleaseStrategy;
}

/** For a command that moves the traffic. @throws as {@link strategyOf} */
export async function openMove(lab: Lab): Promise<Move> {
  const note = await noted(lab);
  return { strategy: mustBeDeployed(lab, note), lab: withApplied(lab, note.config) };
}

/** For a rollback, which acts on what runs, whatever the config says, and waits for an API server that is away. */
export async function openRollback(lab: Lab, say: Say): Promise<Move> {
  const note = await patiently(lab.cluster, { seconds: rollbackSeconds, say }, () => noted(lab));
  return { strategy: table[note.strategy ?? lab.config.strategy], lab: withApplied(lab, note.config) };
}

/** For `up`, which makes the config's strategy the deployed one. */
export const configuredStrategy = (lab: Lab): ReleaseStrategy => table[lab.config.strategy];
