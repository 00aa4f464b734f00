import { type AddOn, addOnNames } from "@canary-lab/embedded-cluster/add-ons";
import { check, down, footprint, up } from "@canary-lab/embedded-cluster/embedded-cluster";
import { defaultCache, type EmbeddedClusterSettings } from "@canary-lab/embedded-cluster/settings";
import { UserError } from "@canary-lab/kit/user-error";
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
      const addOns = [...new Set([...always, ...parts, ...extraAddOns(process.env)])];
      const cluster = await up(settings, addOns, progress, {
        withTools: async (tools) => {
          plugins = await installPlugins(tools, progress);
        },
      });
      const { kubeconfig, kubeContext, imageRegistry, chartMirror, dockerHost, dockerConfig, bin } = cluster;
      return {
        target: "embedded",
        reason,
        kubeconfig,
        kubeContext,
        imageRegistry,
        chartMirror,
        path: [...new Set([...(plugins?.path ?? []), bin])],
        variables: { ...plugins?.variables, DOCKER_HOST: dockerHost, DOCKER_CONFIG: dockerConfig },
      };
    },
    down: (progress) => down(settings, progress),
  };
}
