import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { replicaRatio } from "../../canary/replica-ratio.ts";
import { factsOf } from "../../canary/strategies.ts";
import { deploymentsPath, httpRoutePath, virtualServicePath } from "../../cluster/kube/paths.ts";
import { buildTag } from "../../components/image/render-built-image.ts";
import { deploymentName, type Version, versions, virtualServiceName } from "../../components/names.ts";
import { canaryShareIn } from "../../components/traffic/rendered-share.ts";
import { configAnnotation } from "../../components/workload/render-application.ts";
import { notedValues } from "../config/applied-config.ts";
import type { LabConfig } from "../config/schema.ts";
import { createHook } from "./create-hook.ts";
import { GatedRise, type RiseGate } from "./gated-rise.ts";
import type { PodTemplate } from "./rollout-live.ts";
import { type ShareMove, type SidePods, shareFault } from "./share-verdict.ts";
import { afterRollback, type TakenBack } from "./taken-back.ts";
import { untestedImage } from "./untested-image.ts";

type Inputs = Readonly<Record<string, unknown>> | undefined;
type Client = Pick<ClusterClient, "get">;

/** Hooks that hold plain `pulumi up` and `pulumi preview` to what canaryctl refuses. */
export interface ReleaseGuard {
  /** For the Namespace, which comes before everything in it and changes with the config: what is refused here has touched nothing. */
  readonly namespace: pulumi.ResourceHook;
  /** For the Deployment of each side; where only pods split the traffic, these alone change with the weight. */
  readonly sides: Readonly<Record<Version, pulumi.ResourceHookBinding>>;
  /** For the route, which comes after both and alone changes with the weight. */
  readonly route: pulumi.ResourceHookBinding;
}

/**
 * The guard of a strategy with two Deployments and a share that the config says. A side that this very update makes or changes counts
 * with the pods that it is to have, for the update itself waits until they are ready.
 *
 * @param takenBack asked in an update only: a rollback waits for none, and what a preview would be refused for, `up` reads before it begins
 * @param gate asked before a canary with a share gets more; absent where nobody is
 * @param mendsDrift whether the update knows what has drifted: a side with another number of pods is then one that it changes
 */
export function releaseGuard(
  client: Client,
  config: LabConfig,
  takenBack: TakenBack,
  { gate, mendsDrift = false }: { readonly gate?: RiseGate | undefined; readonly mendsDrift?: boolean } = {},
): ReleaseGuard {
  const changing = new Set<Version>();
  const rise = new GatedRise(gate);
  const live = () => liveShare(client, config);
  const podsSplit = factsOf(config.strategy).canaryPods === "shared";
  const hook = (name: string, run: (args: pulumi.ResourceHookArgs) => Promise<void>) =>
    createHook(name, run, { onDryRun: true });
  const noted = rise.isNoted && { afterUpdate: [createHook("share-record", () => rise.note())] };
  const namespace = hook("release-guard", async ({ oldInputs, newInputs }) => {
    const [before, after] = [notedIn(oldInputs), notedIn(newInputs)];
    if (!before || !after || before.strategy !== after.strategy) return;
    const share = await live();
    const changed = (...keys: readonly string[]) => keys.some((key) => before[key] !== after[key]);
    if (before.canaryImage && changed("canaryImage") && before.canaryEnabled === "true")
      throwIf(untested(config, before.canaryImage, config.canaryImage, share));
    const sides = new Set<Version>([
      ...(changed("replicas", "stableImage") ? [versions.stable] : []),
      ...(changed("canaryReplicas", "canaryImage", "canaryEnabled") ? [versions.canary] : []),
      ...(mendsDrift ? await driftedSides(client, config) : []),
    ]);
    if (factsOf(config.strategy).canaryPods === "own")
      throwIf(await shareFaultNow(client, config, share, config.canaryWeight, sides));
  });
  const side = (version: Version): pulumi.ResourceHookBinding => {
    const guard = hook(`${version}-guard`, async ({ oldInputs, newInputs }) => {
      changing.add(version);
      const more = podsSplit ? replicasIn(newInputs) - replicasIn(oldInputs) : 0;
      const isCanary = version === versions.canary;
      if (isCanary && more > 0 && !pulumi.runtime.isDryRun()) throwIf(await takenBack({ share: config.canaryWeight }));
      if (isCanary) throwIf(await otherImage(oldInputs, newInputs));
      // Fewer pods of the stable side are a rise, too; and where it is refused, that side must not wait for the canary's to grow.
      if (isCanary ? more > 0 : more < 0)
        await rise.ask(replicaRatio(config.replicas, config.canaryWeight).share, live);
    });
    return { beforeCreate: [guard], beforeUpdate: [guard], ...(podsSplit && noted) };
  };
  const otherImage = async (before: Inputs, after: Inputs): Promise<UserError | undefined> => {
    // What is built here has another digest after each build; that it is another image, the config says at the namespace.
    if (buildTag(config.canaryImage) !== undefined) return undefined;
    const [present, next] = [imageIn(before), imageIn(after)];
    return present && next && present !== next ? untested(config, present, next, await live()) : undefined;
  };
  const route = hook("share-guard", async ({ oldInputs, newInputs }) => {
    const expected = pulumi.runtime.isDryRun() ? changing : new Set<Version>();
    const [from, to] = [oldInputs && canaryShareIn(oldInputs), canaryShareIn(newInputs) ?? 0];
    const isGiven = to > 0 && !pulumi.runtime.isDryRun();
    const [back, fault] = await Promise.all([
      isGiven ? sentBack(client, config, { from, to }, takenBack) : undefined,
      shareFaultNow(client, config, from, to, expected),
    ]);
    throwIf(back ?? fault);
    if (to > (from ?? 0)) await rise.ask(to, live);
  });
  return {
    namespace,
    sides: { [versions.stable]: side(versions.stable), [versions.canary]: side(versions.canary) },
    route: { beforeCreate: [route], beforeUpdate: [route], ...noted },
  };
}

function throwIf(fault: UserError | undefined): void {
  if (fault) throw fault;
}

const untested = (config: LabConfig, present: string, next: string, live: number): UserError | undefined =>
  untestedImage({ present, next, live, configured: config.canaryWeight, file: `Pulumi.${pulumi.getStack()}.yaml` });

/** Why an update must not give the canary more than it has; undefined where it may. @param from its share by the state */
async function sentBack(
  client: Client,
  config: LabConfig,
  { from = 0, to }: Pick<ShareMove, "from" | "to">,
  takenBack: TakenBack,
): Promise<UserError | undefined> {
  const path = routePath(config);
  const [live, taken] = await Promise.all([client.get<object>(path), takenBack({ share: to })]);
  if (live === undefined) return taken; // no rollback takes the route away
  const share = canaryShareIn({ ...live }) ?? 0;
  if (share >= to) return undefined; // canaryctl moves the route before the engine
  if (taken || from === 0 || share > 0) return taken;
  return new UserError(
    `The canary has ${from} % by the state, and its traffic has been sent back to the stable side.`,
    {
      place: path,
      ...afterRollback,
    },
  );
}

/** The sides whose Deployment is gone, or has been scaled by somebody where no autoscaler does. */
async function driftedSides(client: Client, config: LabConfig): Promise<readonly Version[]> {
  const { replicas, canaryReplicas, canaryEnabled, autoscaling } = config;
  if (autoscaling) return [];
  const sides = { [versions.stable]: replicas, ...(canaryEnabled && { [versions.canary]: canaryReplicas }) };
  const found = Object.entries(sides).map(async ([side, asked]) => {
    const version = side as Version;
    return (await read(client, config, version))?.spec.replicas === asked ? [] : [version];
  });
  return (await Promise.all(found)).flat();
}

/** @param expected sides that are to have the pods which the config asks for */
async function shareFaultNow(
  client: Client,
  config: LabConfig,
  from: number | undefined,
  to: number,
  expected: ReadonlySet<Version>,
): Promise<UserError | undefined> {
  const pods = async (version: Version): Promise<SidePods | undefined> => {
    const { autoscaling, replicas, canaryReplicas } = config;
    if (expected.has(version) && !autoscaling) {
      const asked = version === versions.canary ? canaryReplicas : replicas;
      return { ready: asked, wanted: asked };
    }
    const live = await read(client, config, version);
    if (expected.has(version) && autoscaling) {
      const kept = live?.spec.replicas ?? autoscaling.minReplicas; // the update leaves the number, and begins with the least
      return { ready: kept, wanted: kept };
    }
    return live && { ready: live.status?.readyReplicas ?? 0, wanted: live.spec.replicas ?? 1 };
  };
  const [stable, canary] = await Promise.all([pods(versions.stable), pods(versions.canary)]);
  return shareFault({ from, to, stable, canary }, config);
}

/** The config that a Namespace's note says is, or is about to be, applied. */
function notedIn(namespace: Inputs): Readonly<Record<string, string>> | undefined {
  const { annotations = {} } = (namespace?.metadata ?? {}) as { readonly annotations?: Record<string, string> };
  return notedValues(annotations[configAnnotation]);
}

interface Deployment {
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number };
}

const read = (client: Client, { app, namespace }: LabConfig, version: Version): Promise<Deployment | undefined> =>
  client.get<Deployment>(deploymentsPath(namespace, deploymentName(app, version)));

const replicasIn = (inputs: Inputs): number => Number((inputs?.spec as Deployment["spec"] | undefined)?.replicas ?? 0);

/** The image of the pods of a Deployment; undefined where it is not known yet, as in a preview of a build. */
const imageIn = (inputs: Inputs): string | undefined => {
  const template = (inputs?.spec as { readonly template?: PodTemplate } | undefined)?.template;
  const image: unknown = template?.spec?.containers?.[0]?.image;
  return typeof image === "string" ? image : undefined;
};

const routePath = ({ app, namespace, strategy }: LabConfig): string =>
  strategy === "gateway-api" ? httpRoutePath(namespace, app) : virtualServicePath(namespace, virtualServiceName(app));

/** The share that the canary has now, in percent. */
async function liveShare(client: Client, config: LabConfig): Promise<number> {
  if (factsOf(config.strategy).canaryPods === "own") return canaryShareIn(await client.get(routePath(config))) ?? 0;
  const [stable, canary] = await Promise.all([
    read(client, config, versions.stable),
    read(client, config, versions.canary),
  ]);
  const pods = (side: Deployment | undefined) => (side ? (side.spec.replicas ?? 1) : 0);
  const all = pods(stable) + pods(canary);
  return all === 0 ? 0 : (100 * pods(canary)) / all;
}
