import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { factsOf, type StrategyName } from "../../canary/strategies.ts";
import { toWeight } from "../../canary/weight.ts";
import { clientOf } from "../../cluster/kube/client.ts";
import type { ClusterName } from "../../cluster/kubeconfig-file.ts";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { servicePods } from "../../components/workload/render-service.ts";
import { madeService } from "../application-scope.ts";
import type { AskedNow } from "../config/asked-now.ts";
import type { LabConfig } from "../config/schema.ts";
import { fullStackName } from "../full-stack-name.ts";
import type { PlatformFacts } from "../platform-facts.ts";
import { isOwner } from "../platform-parts.ts";
import type { RegistryUse } from "../rights.ts";
import { placedBy } from "../roles.ts";
import { mayDoAll } from "./allowed-rights.ts";
import { commandStart } from "./command-start.ts";
import { createHook } from "./create-hook.ts";
import type { ImageDeliverer } from "./image-deliverer.ts";
import type { LiveRun } from "./live-run.ts";
import { refuseForeignNamespace } from "./namespace-owner.ts";
import { platformHooks, refuseLoss } from "./platform-guard.ts";
import { programGate } from "./program-gate.ts";
import type { PodAccess } from "./proxies/pod-access.ts";
import type { ProxyCluster } from "./proxies/proxies.ts";
import { openToAll } from "./proxies/service-pods.ts";
import { releaseGuard } from "./release-guard.ts";
import { releaseWatch } from "./release-watch.ts";
import { standingOverride } from "./rise-gate.ts";
import { enterRollout, leaveRollout } from "./rollout-handover.ts";
import { serviceGuard } from "./service-guard.ts";
import { StartFollower } from "./start-follower.ts";
import { strategyGuard } from "./strategy-guard.ts";
import { type Mark, markBefore, type TakenBack, takenBackBy } from "./taken-back.ts";
import { isByCanaryctl, isTargeted, mendsDriftVariable } from "./targeted.ts";
import { forThisStack, toldOfStack } from "./told.ts";

/** What is known of the cluster before the first resource. */
interface BegunRun {
  readonly client: ReturnType<typeof clientOf>;
  readonly proxy: ProxyCluster["proxy"];
  readonly deliver: NonNullable<LiveRun["deliver"]>;
  /** The mark of the last rollback before this run; undefined where it may not be read. */
  readonly markBefore: Mark | undefined;
  /** Whether nothing is left to ask about the rights of the account: it may do everything, or the run changes nothing, or it is canaryctl's. */
  readonly isEntitled: boolean;
}

/**
 * Looks whether the run may begin. It asks the engine for nothing: whatever else is looked at meanwhile may refuse, and that ends the
 * connection to the engine.
 *
 * @throws pulumi.RunError where the namespace is another stack's, or nobody's, or where others stand on what the platform would lose:
 * before the first resource, in a preview as well
 */
export async function beginLiveRun(config: LabConfig, target: Required<ClusterName>): Promise<BegunRun> {
  const client = clientOf(target);
  const own = { stack: pulumi.getStack(), organization: pulumi.getOrganization() };
  const { namespace } = config;
  const isOfStack = madeService() === undefined;
  try {
    const [mark, live, isEntitled] = await Promise.all([
      // What canaryctl tells is the mark of the stack's own application.
      markBefore(client, config, () => commandStart(client), isOfStack ? process.env : {}),
      refuseForeignNamespace(client, { own, namespace, place: fileName() }),
      pulumi.runtime.isDryRun() || isByCanaryctl() || mayDoAll(client),
    ]);
    // An update of a few resources takes nothing of a platform away.
    if (!isTargeted() && isOfStack) await refuseLoss(client, fullStackName(), live, config);
    return { client, proxy: proxyBy(target), deliver: deliverTo(client, target), markBefore: mark, isEntitled };
  } catch (error) {
    throw error instanceof UserError ? new pulumi.RunError(toldOfStack(error)) : error;
  }
}

/**
 * Looks whether the update changes the stack's accounts or its policy by an account that may not: the API server would refuse that in the
 * middle of it.
 *
 * @throws pulumi.RunError before the first resource
 */
export async function refuseWithheld(
  {
    client,
    isEntitled,
  }: Pick<BegunRun, "isEntitled"> & { readonly client: Pick<BegunRun["client"], "get" | "create"> },
  config: LabConfig,
  target: Required<ClusterName>,
  platform: Pick<PlatformFacts, "ingress" | "monitoring">,
  registry: RegistryUse,
): Promise<void> {
  if (isEntitled) return;
  const { contextFlags, withheldFault } = await import("./withheld-rights.ts");
  const fault = await withheldFault(client, placedBy(config, platform), contextFlags(target), registry);
  if (fault) throw new pulumi.RunError(toldOfStack(fault));
}

/** Loaded where a proxy is asked only. */
function proxyBy({ kubeconfig, kubeContext: context }: Required<ClusterName>): ProxyCluster["proxy"] {
  let access: Promise<PodAccess> | undefined;
  return async (...of) => {
    access ??= import("./proxies/pod-access.ts").then(({ accessToPods }) => accessToPods({ kubeconfig, context }));
    return (await access).proxy(...of);
  };
}

/** Loaded where an image goes into the cluster's own registry only. */
function deliverTo(client: BegunRun["client"], target: Required<ClusterName>): BegunRun["deliver"] {
  let deliverer: Promise<Pick<ImageDeliverer, "deliver">> | undefined;
  return async (image) => {
    deliverer ??= import("./open-registry.ts").then(({ openRegistry }) => openRegistry(client, target, isTargeted()));
    return (await deliverer).deliver(image);
  };
}

/** Hooks for a run on a real cluster. A Rollout lets go of its route before another strategy takes that over. */
export function createLiveRun(
  config: LabConfig,
  { client, proxy, deliver, markBefore: mark }: BegunRun,
  platform: Pick<PlatformFacts, "ingress" | "monitoring">,
): LiveRun {
  const say = (line: string) => void pulumi.log.info(line, undefined, undefined, true);
  const namespaceHooks = strategyGuard(async (from, to) => {
    if (!isSameService(config, from, to)) await openToAll(client, config); // its own pods come before the route to them
    if (factsOf(from).owner === "rollout-controller") await leaveRollout(client, config, say);
    if (to === "rollout-canary") await enterRollout(client, config);
  });
  const watched = isOwner(config) && { releaseWatch: releaseWatch(client, config.namespace) };
  const service = serviceGuard(client, config, platform, proxy, say);
  const common = {
    namespaceHooks,
    platformHooks: platformHooks(client, fullStackName()),
    client,
    deliver,
    service,
    ...watched,
  };
  const { owner } = factsOf(config.strategy);
  const starts = new StartFollower(client, isTargeted());
  const made = madeService();
  const takenBack = takenBackBy({ client, config, markBefore: mark, fileNow: () => fileNow(made), file: fileName() });
  if (owner !== "pulumi") return { ...common, starts, ...(config.canaryEnabled && canaryGuard(takenBack)) };
  const standing = standingOverride(config);
  if (standing) void pulumi.log.warn(forThisStack(standing));
  const guard = releaseGuard(client, config, takenBack, {
    gate: programGate({ client, config, platform }),
    mendsDrift: process.env[mendsDriftVariable] === "true",
  });
  const beforeUpdate = [...(namespaceHooks.beforeUpdate ?? []), guard.namespace];
  return { ...common, namespaceHooks: { ...namespaceHooks, beforeUpdate }, starts, guard };
}

/** A switch is made while the canary has no share. */
const isSameService = ({ app, canaryWeight }: LabConfig, from: StrategyName, to: StrategyName): boolean =>
  isDeepStrictEqual(
    servicePods({ app, canaryWeight: toWeight(0), strategy: from }),
    servicePods({ app, canaryWeight, strategy: to }),
  );

const fileName = (): string => `Pulumi.${pulumi.getStack()}.yaml`;

/** Loaded where a canary is about to get more only: a parser of YAML is no part of the program otherwise. */
async function fileNow(service: string | undefined): Promise<AskedNow> {
  const { askedNow } = await import("../config/asked-now.ts");
  return askedNow(join(repositoryRoot, fileName()), service);
}

function canaryGuard(takenBack: TakenBack): Pick<LiveRun, "canaryHooks"> {
  const guard = createHook("rollback-guard", async () => {
    const fault = await takenBack("canary");
    if (fault) throw fault;
  });
  return { canaryHooks: { beforeCreate: [guard], beforeUpdate: [guard] } };
}
