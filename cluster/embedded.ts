import { join } from "node:path";
import { addOnNames } from "@canary-lab/embedded-cluster/add-ons";
import { check, down, footprint, up } from "@canary-lab/embedded-cluster/embedded-cluster";
import { defaultCache, type EmbeddedClusterSettings } from "@canary-lab/embedded-cluster/settings";
import { type InstalledPlugins, installPlugins } from "@canary-lab/pulumi-plugins/install";
import { labFolder } from "./lab-folder.ts";
import type { Target } from "./target.ts";

/** The embedded cluster of this checkout. */
export const embeddedSettings = (): EmbeddedClusterSettings => ({
  home: labFolder,
  cache: defaultCache(),
  commands: { up: "npx canaryctl up", down: "npx canaryctl down" },
});

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
      const cluster = await up(
        settings,
        addOnNames.filter((name) => parts.includes(name)),
        progress,
        {
          withTools: async (tools) => {
            plugins = await installPlugins({
              home: join(settings.home, "pulumi"),
              cli: join(tools.bin, "pulumi"),
              node: tools.node,
              compileCache: join(settings.home, "compile-cache"),
              say: (line) => progress.say(line),
            });
          },
        },
      );
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
