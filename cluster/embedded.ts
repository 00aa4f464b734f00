import { join } from "node:path";
import { type AddOn, addOnNames } from "@canary-lab/embedded-cluster/add-ons";
import { describe, down, footprint, outlook, up } from "@canary-lab/embedded-cluster/embedded-cluster";
import { clusterAddresses } from "@canary-lab/embedded-cluster/node/network/addresses";
import { defaultCache, type EmbeddedClusterSettings } from "@canary-lab/embedded-cluster/settings";
import { type Outlook, renderNeeds } from "@canary-lab/embedded-cluster/toolchain/outlook";
import { asOneError, UserError } from "@canary-lab/kit/user-error";
import { engineRecipe } from "@canary-lab/pulumi-plugins/engine-recipe";
import { type InstalledPlugins, installPlugins } from "@canary-lab/pulumi-plugins/install";
import { labFolder } from "./lab-folder.ts";
import type { PlatformPart, Target } from "./target.ts";

/** What every stack needs: the mesh, Helm for the engine's Kubernetes plugin, and a base for the application's image. */
export const always = ["istio", "helm", "node-image"] as const;

/** The embedded cluster of this checkout. CANARY_LAB_NETWORK in the environment names its network; empty counts as not set. */
export function embeddedSettings(
  { CANARY_LAB_NETWORK: network }: NodeJS.ProcessEnv = process.env,
): EmbeddedClusterSettings {
  const upIn = (wanted: string) => `CANARY_LAB_NETWORK=${wanted} npx canaryctl up`;
  return {
    home: labFolder,
    cache: defaultCache(),
    ...(network && { network }),
    // sudo drops the environment, so what it is to run names the network.
    commands: { up: network ? upIn(network) : "npx canaryctl up", down: "npx canaryctl down", upIn },
    recipes: [engineRecipe],
  };
}

/** The address of this machine on the cluster's own bridge. @throws UserError where the environment names another network than the cluster has */
export const nodeAddress = (): string => clusterAddresses(describe(embeddedSettings()).network).node;

const addOnsOf = (parts: readonly PlatformPart[]): readonly AddOn[] => [
  ...new Set([...always, ...parts, ...extraAddOns(process.env)]),
];

const looked = new Map<string, Promise<Outlook>>();

/** What `up` would take. It is looked at once: the choice, the check and the announcement ask for it. */
function look(parts: readonly PlatformPart[]): Promise<Outlook> {
  const key = parts.join();
  const found = looked.get(key) ?? outlook(embeddedSettings(), addOnsOf(parts));
  looked.set(key, found);
  return found;
}

/** Everything that stands in the way of the embedded cluster on this machine, one line each, with the way out where there is one. */
export const embeddedObstacles = async (parts: readonly PlatformPart[]): Promise<readonly string[]> =>
  (await look(parts)).obstacles.map(({ message, next }) => (next === undefined ? message : `${message} Next: ${next}`));

/**
 * Add-ons that the environment asks for beside those that the stack needs: names in CANARY_LAB_ADD_ONS, with spaces between them. Tests ask for
 * istioctl this way; and what is built at once compiles the packages that it shares once.
 *
 * @throws UserError for a name that is no add-on
 */
export function extraAddOns({ CANARY_LAB_ADD_ONS = "" }: NodeJS.ProcessEnv): readonly AddOn[] {
  return CANARY_LAB_ADD_ONS.split(" ")
    .filter((name) => name !== "")
    .map((name) => {
      const found = addOnNames.find((addOn) => addOn === name);
      if (found) return found;
      throw new UserError(`"${name}" is no add-on of the embedded cluster.`, {
        place: "CANARY_LAB_ADD_ONS in the environment",
        allowed: addOnNames.join(", "),
        next: "unset CANARY_LAB_ADD_ONS",
      });
    });
}

/** No program is to ask the user's proxy for an address of the cluster. Some read the one spelling, some the other. */
function withoutProxy(environment: NodeJS.ProcessEnv, network: string): Record<string, string> {
  const given = environment.NO_PROXY || environment.no_proxy;
  const exempt = given ? `${given},${network}` : network;
  return { NO_PROXY: exempt, no_proxy: exempt };
}

/**
 * A one-node Kubernetes on this machine, made from what package registries hold.
 *
 * @param reason why this target cluster was taken
 */
export function createEmbeddedTarget(reason: string): Target {
  const settings = embeddedSettings();
  return {
    name: "embedded",
    needs: async (parts) => renderNeeds(await look(parts), settings),
    footprint: () => footprint(settings),
    async check(parts) {
      const error = asOneError((await look(parts)).obstacles);
      if (error) throw error;
    },
    async up(progress, parts) {
      let plugins: InstalledPlugins | undefined;
      const cluster = await up(settings, addOnsOf(parts), progress, {
        withTools: async (tools) => {
          plugins = await installPlugins({
            home: join(settings.home, "pulumi"),
            cli: join(tools.bin, "pulumi"),
            node: tools.node,
            compileCache: join(settings.home, "compile-cache"),
            say: (line) => progress.say(line),
          });
        },
      });
      const { kubeconfig, kubeContext, network, chartMirror, dockerHost, dockerConfig, bin } = cluster;
      const { imageRegistry, registryAuthority } = cluster;
      return {
        target: "embedded",
        reason,
        kubeconfig,
        kubeContext,
        imageRegistry,
        registryAuthority,
        chartMirror,
        path: [...new Set([...(plugins?.path ?? []), bin])],
        variables: {
          ...plugins?.variables,
          ...withoutProxy(process.env, network),
          DOCKER_HOST: dockerHost,
          DOCKER_CONFIG: dockerConfig,
        },
      };
    },
    down: (progress) => down(settings, progress),
  };
}
