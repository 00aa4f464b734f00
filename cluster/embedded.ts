import { join } from "node:path";
import { check, down, footprint, up } from "@canary-lab/embedded-cluster/embedded-cluster";
import { addresses } from "@canary-lab/embedded-cluster/node/network/addresses";
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
    footprint,
    check: () => check(settings),
    async up(progress, parts) {
      let plugins: InstalledPlugins | undefined;
      const cluster = await up(settings, [...always, ...parts], progress, {
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
      const { kubeconfig, kubeContext, imageRegistry, chartMirror, dockerHost, dockerConfig, tools } = cluster;
      return {
        target: "embedded",
        reason,
        kubeconfig,
        kubeContext,
        imageRegistry,
        chartMirror,
        path: [...new Set([...(plugins?.path ?? []), tools.bin])],
        variables: {
          ...plugins?.variables,
          ...withoutProxy(process.env, addresses.labNetwork),
          DOCKER_HOST: dockerHost,
          DOCKER_CONFIG: dockerConfig,
        },
      };
    },
    down: (progress) => down(settings, progress),
  };
}
