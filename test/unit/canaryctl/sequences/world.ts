import { factsOf, type StrategyName } from "../../../../canary/strategies.ts";
import { updateStack } from "../../../../canaryctl/src/engine/update.ts";
import {
  deploymentsPath,
  httpRoutePath,
  ingressPath,
  namespacePath,
  servicePath,
  virtualServicePath,
} from "../../../../cluster/kube/paths.ts";
import { imageAnnotation } from "../../../../components/image/image-version.ts";
import {
  deploymentName,
  sideServiceName,
  type Version,
  versions,
  virtualServiceName,
} from "../../../../components/names.ts";
import { activeService } from "../../../../components/rollout/render-rollout-blue-green.ts";
import { canaryShareIn } from "../../../../components/traffic/rendered-share.ts";
import { configAnnotation } from "../../../../components/workload/render-application.ts";
import { notedValues } from "../../../../stacks/config/applied-config.ts";
import { firstRevisionGuard } from "../../../../stacks/live/first-revision.ts";
import { releaseGuard } from "../../../../stacks/live/release-guard.ts";
import { previewGuard, revisionGuard } from "../../../../stacks/live/rollout-guard.ts";
import { FakeApiServer } from "./fake-api-server.ts";
import { deploymentController } from "./fake-deployment-controller.ts";
import { FakeRolloutsController } from "./fake-rollouts-controller.ts";
import { FakeStack } from "./fake-stack.ts";
import { rolloutShare, settledImages } from "./rollouts-share.ts";
import { time } from "./virtual-time.ts";

export const say = () => {};
const guards = { releaseGuard, firstRevisionGuard, revisionGuard, previewGuard };
export const namespaces = { dev: "canary-lab", prod: "canary-lab-prod" } as const;
export type StackName = keyof typeof namespaces;

/** Two stacks of one project in one cluster, each deployed. */
export async function twoStacks(strategy: StrategyName = "istio") {
  const rollouts = new FakeRolloutsController(time.now);
  const server = new FakeApiServer(deploymentController, rollouts.see);
  // The first version of a single workload is no canary.
  const first = factsOf(strategy).workloads === "one" ? { canaryEnabled: false, canaryWeight: 0 } : {};
  const make = (stack: StackName) => {
    const values = Object.entries({ namespace: namespaces[stack], strategy, ...first });
    const lines = values.map(([key, value]) => `  canary-lab:${key}: "${value}"\n`);
    return new FakeStack(server, stack, `config:\n${lines.join("")}`, guards);
  };
  const stacks = { dev: make("dev"), prod: make("prod") };
  /** Lets the time of these stacks alone pass: what the controllers do meanwhile is nobody's command in another one. */
  const live = (...names: readonly StackName[]) => {
    time.onPassing = () => {
      const places = names.flatMap((name) => stacks[name].places());
      for (const path of rollouts.catchUp(server.objects, places)) server.onWrite(path);
    };
  };
  live("dev", "prod");
  for (const stack of Object.values(stacks)) await updateStack(stack.lab(), { say });
  return { server, stacks, strategy, rollouts, live };
}
export type World = Awaited<ReturnType<typeof twoStacks>>;

/** What of the config was applied last, as the stack's namespaces note it. */
export const notesOf = ({ server, stacks }: World, stack: StackName) =>
  stacks[stack].places().flatMap((namespace) => {
    const { annotations } = server.objects.get(namespacePath(namespace))?.metadata ?? {};
    const noted = notedValues(annotations?.[configAnnotation]);
    return noted ? [noted] : [];
  });

/** The images that are the stable side's by a stack's file, and by what was applied. */
const stableImages = (world: World, stack: StackName): readonly string[] =>
  [world.stacks[stack].file.values(), ...notesOf(world, stack)].map(({ stableImage }) => String(stableImage));

/**
 * A measure of the canary's highest share wherever the stack is deployed, in percent; 0 where nothing is. A canary that the config gives no
 * share has all of it as soon as it can be reached. Of a single workload it is what had not been the stable image, by the config or by the
 * Rollout, when the measure was made.
 */
export function shareMeter(world: World, stack: StackName): () => number {
  const { server, stacks, strategy } = world;
  const stable =
    factsOf(strategy).workloads === "one" ? [...stableImages(world, stack), ...settledImages(world, stack)] : [];
  const isStable = (image: string) => [...stable, ...stableImages(world, stack)].includes(image);
  const share = (namespace: string): number => {
    const live = server.objects.get(routeIn(strategy, namespace));
    if (strategy === "replica-ratio") {
      const [pods, canary] = Object.values(versions).map((version) => podsOf(server, namespace, version));
      return canary === 0 ? 0 : (100 * (canary ?? 0)) / ((pods ?? 0) + (canary ?? 0));
    }
    if (strategy === "nginx-header") return live ? 100 : 0;
    if (factsOf(strategy).owner === "rollout-controller") return rolloutShare(server.objects, namespace, isStable);
    if (strategy !== "rolling-update") return canaryShareIn(live as Fields | undefined) ?? 0;
    const image = live?.metadata?.annotations?.[imageAnnotation];
    return image === undefined || isStable(image) ? 0 : 100;
  };
  return () => Math.max(0, ...stacks[stack].places().map(share));
}

/** The canary's share now, as {@link shareMeter} has it. */
export const shareOf = (world: World, stack: StackName): number => shareMeter(world, stack)();

/**
 * Whether the route between the sides is there. Where somebody has deleted it, all ready pods of the Service get requests, and the next `up`
 * makes it again: that it looks for what is gone is not played here.
 */
export const isRouted = ({ server, stacks, strategy }: World, stack: StackName): boolean =>
  factsOf(strategy).servicePods !== "by-share" ||
  stacks[stack].places().every((namespace) => server.objects.has(routeIn(strategy, namespace)));

/** Whether a Service of the application gives the pods of a canary that has a Deployment of its own to callers outside the mesh. */
export function outsideMeetsCanary({ server, stacks, strategy }: World, stack: StackName): boolean {
  if (factsOf(strategy).canaryPods === "shared") return false; // its pods are its share
  return stacks[stack].places().some((namespace) => {
    const { selector } = (server.objects.get(servicePath(namespace, app))?.spec ?? {}) as {
      readonly selector?: Fields;
    };
    return (
      selector !== undefined && podsOf(server, namespace, versions.canary) > 0 && selector.version !== versions.stable
    );
  });
}

type Fields = Readonly<Record<string, unknown>>;

/** Where that is which leads to the canary. */
export const routeIn = (strategy: StrategyName, namespace: string): string =>
  ({
    istio: virtualServicePath(namespace, virtualServiceName(app)),
    "gateway-api": httpRoutePath(namespace, app),
    "nginx-header": ingressPath(namespace, sideServiceName(app, versions.canary)),
    "replica-ratio": deploymentsPath(namespace, deploymentName(app, versions.canary)),
    "rolling-update": deploymentsPath(namespace, app),
    "rollout-canary": virtualServicePath(namespace, virtualServiceName(app)),
    "rollout-blue-green": servicePath(namespace, activeService(app)),
  })[strategy];

/**
 * Whether what is at a path is what splits the traffic. Another write changes nothing, also where somebody has left a route before; but
 * to each the Rollouts controller may answer.
 */
export const splits = (strategy: StrategyName, path: string): boolean =>
  factsOf(strategy).owner === "rollout-controller" || path.includes(`/${routeIn(strategy, "x").split("/").at(-2)}/`);

const app = "versioned-echo";

const podsOf = ({ objects }: FakeApiServer, namespace: string, version: Version): number => {
  const { spec } = objects.get(deploymentsPath(namespace, deploymentName(app, version))) ?? {};
  return (spec as { readonly replicas?: number } | undefined)?.replicas ?? 0;
};
