import { UserError } from "@canary-lab/kit/user-error";
import { type StrategyName, strategyNames } from "../../../canary/strategies.ts";
import { namespacePath } from "../../../cluster/kube/paths.ts";
import { strategyAnnotation } from "../../../components/workload/render-application.ts";
import { type LiveNamespace, namespaceFault } from "../../../stacks/live/namespace-owner.ts";
import type { Lab } from "../lab.ts";
import { gatewayRoute } from "../traffic/gateway-route.ts";
import { istioRoute } from "../traffic/istio-route.ts";
import { podShare } from "../traffic/pod-share.ts";
import { nginxHeader } from "./header.ts";
import { rollingUpdate } from "./rolling/rolling-update.ts";
import { rolloutBlueGreen, rolloutCanary } from "./rollouts/rollout.ts";
import type { ReleaseStrategy } from "./strategy.ts";
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

/**
 * The strategy that the cluster was deployed with, as the program notes it on the Namespace; undefined where nothing is.
 *
 * @throws UserError where the namespace is another stack's, or nobody's
 */
async function deployedStrategy({ cluster, config, stackFile }: Lab): Promise<StrategyName | undefined> {
  const namespace = await cluster.get<LiveNamespace>(namespacePath(config.namespace));
  const fault = namespaceFault(namespace, stackFile.claim(config.namespace));
  if (fault) throw fault;
  const noted = namespace?.metadata.annotations?.[strategyAnnotation];
  return strategyNames.find((name) => name === noted);
}

/**
 * The strategy of a lab: the config's, which must be the one that is deployed.
 *
 * @throws UserError where the config has been changed to another one, and `up` has not yet been run
 */
export async function strategyOf(lab: Lab): Promise<ReleaseStrategy> {
  const wanted = lab.config.strategy;
  const deployed = (await deployedStrategy(lab)) ?? wanted;
  if (deployed === wanted) return table[wanted];
  throw new UserError(`The config says strategy ${wanted}, and the application is deployed by ${deployed}.`, {
    place: `strategy in ${lab.stackFile.name}`,
    allowed: `${deployed}, until an update has changed it`,
    next: ["npx canaryctl up", `npx canaryctl config set strategy ${deployed}`],
  });
}

/** For a rollback, which acts on what runs: the strategy that is deployed, whatever the config says. */
export const runningStrategy = async (lab: Lab): Promise<ReleaseStrategy> =>
  table[(await deployedStrategy(lab)) ?? lab.config.strategy];

/** For `up`, which makes the config's strategy the deployed one. */
export const configuredStrategy = (lab: Lab): ReleaseStrategy => table[lab.config.strategy];
