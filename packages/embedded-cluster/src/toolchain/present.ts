import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import { inLab, repositoryRoot } from "../../../../cluster/lab-folder.ts";
import { type BinEntry, fillBin } from "./bin.ts";
import { rootfsTar } from "./debian/base.ts";
import { chooseTables, cniPath, renderWrappers } from "./debian/debian.ts";
import { envoyPath } from "./download/envoy.ts";
import { keptFolder } from "./go/kept-modules.ts";
import { folderOf, type Part, stands } from "./part.ts";
import { namesInBin, type Recipe } from "./recipes/recipe.ts";
import { pinned } from "./recipes/versions.ts";
import type { Tools } from "./tools.ts";

/** All that the tools consist of. */
export interface Parts {
  /** What is built from Go modules, in the order of building. */
  readonly go: readonly { readonly recipe: Recipe; readonly part: Part }[];
  readonly debian: Part;
  readonly base: Part;
  readonly envoy: Part;
}

/**
 * Puts the programs into one folder and says where the rest is.
 *
 * @param users programs of the user's that stand in for a part.
 */
export async function presentTools(parts: Parts, users: ReadonlyMap<Recipe, string>): Promise<Tools> {
  const node = findNode();
  const root = folderOf(parts.debian);
  const bin = inLab("tools", "bin");
  const wrappers = Object.entries(renderWrappers(root, await chooseTables(root)));
  fillBin(bin, {
    node: { link: node.path },
    ...Object.fromEntries(wrappers.map(([name, script]) => [name, { script }])),
    ...goPrograms(parts, users),
  });
  const built = (name: string, output: string) => {
    const found = parts.go.find(({ recipe }) => recipe.name === name);
    if (found === undefined) throw new Error(`there is no recipe ${name}`);
    return join(folderOf(found.part), output);
  };
  return {
    bin,
    cniBin: join(root, cniPath),
    coredns: built("coredns", "coredns"),
    pilotDiscovery: built("istio", "pilot-discovery"),
    pilotAgent: built("istio", "pilot-agent"),
    pause: built("pause", "pause"),
    envoy: join(folderOf(parts.envoy), envoyPath),
    node: node.path,
    baseRootfs: join(folderOf(parts.base), rootfsTar),
    istioModule: built("istio", keptFolder("istio.io/istio")),
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

function goPrograms(parts: Parts, users: ReadonlyMap<Recipe, string>): Record<string, BinEntry> {
  const entries: Record<string, BinEntry> = {};
  for (const { recipe, part } of parts.go.filter((tool) => users.has(tool.recipe) || stands(tool.part))) {
    for (const name of namesInBin(recipe)) entries[name] = { link: users.get(recipe) ?? join(folderOf(part), name) };
  }
  return entries;
}

function findNode(): { readonly path: string; readonly version: string } {
  const folder = join(repositoryRoot, "node_modules", "node");
  const path = join(folder, "bin", "node");
  if (!existsSync(path)) {
    throw new UserError("The pinned Node is missing.", { place: path, next: "npm ci (without --ignore-scripts)" });
  }
  return { path, version: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version };
}
