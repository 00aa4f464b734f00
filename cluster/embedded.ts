import { check, down, footprint, obstacles, up } from "@canary-lab/embedded-cluster/embedded-cluster";
import { defaultCache, type EmbeddedClusterSettings } from "@canary-lab/embedded-cluster/settings";
import { engineRecipe } from "@canary-lab/pulumi-plugins/engine-recipe";
import { type InstalledPlugins, installPlugins } from "@canary-lab/pulumi-plugins/install";
import { labFolder } from "./lab-folder.ts";
import type { Target } from "./target.ts";

/** What every stack needs: the mesh, Helm for the engine's Kubernetes plugin, and a base for the application's image. */
const always = ["istio", "helm", "node-image"] as const;

/** The embedded cluster of this checkout. */
export const embeddedSettings = (): EmbeddedClusterSettings => ({
  home: labFolder,
  cache: defaultCache(),
  commands: { up: "npx canaryctl up", down: "npx canaryctl down" },
  recipes: [engineRecipe],
});

/** Everything that stands in the way of the embedded cluster on this machine, one sentence each. */
export const embeddedObstacles = async (): Promise<readonly string[]> =>
  obstacles(embeddedSettings()).map(({ message }) => message);

/**
 * A one-node Kubernetes on this machine, made from what package registries hold.
 *
 * @param reason why this target cluster was taken
 */
export function createEmbeddedTarget(reason: string): Target {
  const settings = embeddedSettings();
  return {
    name: "embedded",
    needs: async () => "root, two cores, 4 GB of memory",
    footprint,
    check: async () => check(settings),
    async up(progress, parts) {
      let plugins: InstalledPlugins | undefined;
      const cluster = await up(settings, [...always, ...parts], progress, {
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
