import type { AddOn } from "@canary-lab/embedded-cluster/add-ons";
import { down, footprint, outlook, up } from "@canary-lab/embedded-cluster/embedded-cluster";
import { defaultCache, type EmbeddedClusterSettings } from "@canary-lab/embedded-cluster/settings";
import type { Outlook } from "@canary-lab/embedded-cluster/toolchain/outlook";
import { asOneError } from "@canary-lab/kit/user-error";
import { engineRecipe } from "@canary-lab/pulumi-plugins/engine-recipe";
import { type InstalledPlugins, installPlugins } from "@canary-lab/pulumi-plugins/install";
import { labFolder } from "./lab-folder.ts";
import type { PlatformPart, Target } from "./target.ts";

/** What every stack needs: the mesh, Helm for the engine's Kubernetes plugin, and a base for the application's image. */
const always = ["istio", "helm", "node-image"] as const;

/** The embedded cluster of this checkout. */
export const embeddedSettings = (): EmbeddedClusterSettings => ({
  home: labFolder,
  cache: defaultCache(),
  commands: { up: "npx canaryctl up", down: "npx canaryctl down" },
  recipes: [engineRecipe],
});

const addOnsOf = (parts: readonly PlatformPart[]): readonly AddOn[] => [...always, ...parts];

const looked = new Map<string, Promise<Outlook>>();

/** What `up` would take. It is looked at once: the choice, the check and the announcement ask for it. */
function look(parts: readonly PlatformPart[]): Promise<Outlook> {
  const key = parts.join();
  const found = looked.get(key) ?? outlook(embeddedSettings(), addOnsOf(parts));
  looked.set(key, found);
  return found;
}

/** Everything that stands in the way of the embedded cluster on this machine, one sentence each. */
export const embeddedObstacles = async (parts: readonly PlatformPart[]): Promise<readonly string[]> =>
  (await look(parts)).obstacles.map(({ message }) => message);

/** How long a start with all tools at hand takes on two cores, in seconds. */
const startSeconds = 60;

/** @param cache folder of the built tools */
export function renderNeeds({ seconds, gigabytes }: Omit<Outlook, "obstacles">, cache: string): string {
  const minutes = Math.ceil((seconds + startSeconds) / 60);
  const time = `about ${minutes} ${minutes === 1 ? "minute" : "minutes"}`;
  return seconds === 0
    ? `root, two cores, 4 GB of memory and ${time}; its tools are in ${cache} already`
    : `root, two cores, 4 GB of memory and ${time}; its tools are made first, once for all checkouts: up to ${Math.ceil(gigabytes)} GB of disk in ${cache} meanwhile`;
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
    needs: async (parts) => renderNeeds(await look(parts), settings.cache),
    footprint,
    async check(parts) {
      const error = asOneError((await look(parts)).obstacles);
      if (error) throw error;
    },
    async up(progress, parts) {
      let plugins: InstalledPlugins | undefined;
      const cluster = await up(settings, addOnsOf(parts), progress, {
        withTools: async (tools) => {
          plugins = await installPlugins(tools, progress);
        },
      });
      const { kubeconfig, kubeContext, imageRegistry, chartMirror, dockerHost, tools } = cluster;
      return {
        target: "embedded",
        reason,
        kubeconfig,
        kubeContext,
        imageRegistry,
        chartMirror,
        path: [...new Set([...(plugins?.path ?? []), tools.bin])],
        variables: { ...plugins?.variables, DOCKER_HOST: dockerHost },
      };
    },
    down: (progress) => down(settings, progress),
  };
}
