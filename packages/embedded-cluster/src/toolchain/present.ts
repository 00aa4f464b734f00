import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import { type BinEntry, fillBin } from "./bin.ts";
import { type BuildUnit, isBuilt, unitFolder } from "./build-unit.ts";
import { rootfsTar } from "./debian/base.ts";
import { chooseTables, cniPath, renderWrappers } from "./debian/debian.ts";
import { envoyPath } from "./download/envoy.ts";
import { keptFolder } from "./go/kept-modules.ts";
import { namesInBin, type Recipe } from "./recipes/recipe.ts";
import { pinned } from "./recipes/versions.ts";
import type { Tools } from "./tools.ts";

/** All that the tools consist of. */
export interface Units {
  /** What is built from Go modules, in the order of building. */
  readonly go: readonly { readonly recipe: Recipe; readonly unit: BuildUnit }[];
  readonly debian: BuildUnit;
  readonly base: BuildUnit;
  readonly envoy: BuildUnit;
}

/**
 * Puts the programs into one folder and says where the rest is.
 *
 * @param bin the folder of programs.
 * @param users programs of the user's that are taken in place of a unit.
 */
export async function presentTools(
  units: Units,
  cache: string,
  bin: string,
  users: ReadonlyMap<Recipe, string>,
): Promise<Tools> {
  const node = findNode();
  const folderOf = (unit: BuildUnit) => unitFolder(cache, unit);
  const root = folderOf(units.debian);
  fillBin(bin, {
    node: { link: node.path },
    ...(await systemPrograms(root)),
    ...goPrograms(units, cache, users),
  });
  const built = (name: string, output: string) => {
    const found = units.go.find(({ recipe }) => recipe.name === name);
    if (found === undefined) throw new Error(`there is no recipe ${name}`);
    return join(folderOf(found.unit), output);
  };
  return {
    bin,
    cniBin: join(root, cniPath),
    coredns: built("coredns", "coredns"),
    pilotDiscovery: built("istio", "pilot-discovery"),
    pilotAgent: built("istio", "pilot-agent"),
    pause: built("pause", "pause"),
    envoy: join(folderOf(units.envoy), envoyPath),
    node: node.path,
    baseRootfs: join(folderOf(units.base), rootfsTar),
    istioModule: built("istio", keptFolder("istio.io/istio")),
    istioCni: built("istio-cni", "istio-cni"),
    installCni: built("istio-cni", "install-cni"),
    istioCniModule: built("istio-cni", keptFolder("istio.io/istio")),
    gatewayApiModule: built("istio", keptFolder("sigs.k8s.io/gateway-api")),
    rolloutsController: built("rollouts", "rollouts-controller"),
    rolloutsPlugin: built("rollouts", "kubectl-argo-rollouts"),
    rolloutsModule: built("rollouts", keptFolder("github.com/argoproj/argo-rollouts")),
    prometheus: built("prometheus", "prometheus"),
    promtool: built("prometheus", "promtool"),
    prometheusOperator: built("prometheus-operator", "operator"),
    configReloader: built("prometheus-operator", "prometheus-config-reloader"),
    operatorModule: built("prometheus-operator", keptFolder("github.com/prometheus-operator/prometheus-operator")),
    versions: { ...pinned, node: node.version },
  };
}

/** Puts only the programs of the Debian packages into the folder. */
export const presentSystemPrograms = async (debianRoot: string, bin: string): Promise<void> =>
  fillBin(bin, await systemPrograms(debianRoot));

async function systemPrograms(debianRoot: string): Promise<Record<string, BinEntry>> {
  const wrappers = Object.entries(renderWrappers(debianRoot, await chooseTables(debianRoot)));
  return Object.fromEntries(wrappers.map(([name, script]) => [name, { script }]));
}

function goPrograms(units: Units, cache: string, users: ReadonlyMap<Recipe, string>): Record<string, BinEntry> {
  const entries: Record<string, BinEntry> = {};
  for (const { recipe, unit } of units.go.filter((tool) => users.has(tool.recipe) || isBuilt(cache, tool.unit))) {
    for (const name of namesInBin(recipe))
      entries[name] = { link: users.get(recipe) ?? join(unitFolder(cache, unit), name) };
  }
  return entries;
}

function findNode(): { readonly path: string; readonly version: string } {
  const folder = dirname(createRequire(import.meta.url).resolve("node/package.json"));
  const path = join(folder, "bin", "node");
  if (!existsSync(path)) {
    throw new UserError("The pinned Node is missing.", { place: path, next: "npm ci --ignore-scripts=false" });
  }
  return { path, version: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version };
}
