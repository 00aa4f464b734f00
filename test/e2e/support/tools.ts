import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defaultCache } from "@canary-lab/embedded-cluster/settings";
import { ensureTool } from "@canary-lab/embedded-cluster/toolchain/one-tool";
import { platformRecipes } from "@canary-lab/embedded-cluster/toolchain/recipes/platform-recipes";
import type { Recipe } from "@canary-lab/embedded-cluster/toolchain/recipes/recipe";
import { createProgress } from "@canary-lab/kit/progress";
import { labFolder } from "../../../cluster/lab-folder.ts";
import type { Environment } from "../../../cluster/target.ts";

/** A program that only tests run, from the Go module that its folder in `tools/` pins. */
const testTool = (name: string, path: string, cost: Pick<Recipe, "seconds" | "gigabytes">): Recipe => ({
  name,
  folder: join(import.meta.dirname, "../tools", name),
  programs: [{ output: name, package: path }],
  ...cost,
});

/** A server of S3 on a folder. */
export const versitygw = testTool("versitygw", "github.com/versity/versitygw/cmd/versitygw", {
  seconds: 60,
  gigabytes: 0.8,
});

/** The linter of GitHub's workflows. */
export const actionlint = testTool("actionlint", "github.com/rhysd/actionlint/cmd/actionlint", {
  seconds: 15,
  gigabytes: 0.2,
});

/** A web service of somebody else's, with which people try what runs services. */
export const podinfo = testTool("podinfo", "github.com/stefanprodan/podinfo/cmd/podinfo", {
  seconds: 45,
  gigabytes: 0.6,
});

/** The program that signs images. */
export const cosign = testTool("cosign", "github.com/sigstore/cosign/v2/cmd/cosign", {
  seconds: 240,
  gigabytes: 2.5,
});

/** The program that copies images between registries: one of the lab's own, which `up` makes where it is asked for. */
export const crane = recipeOf("crane");

function recipeOf(name: string): Recipe {
  const found = platformRecipes.find((recipe) => recipe.name === name);
  if (!found) throw new Error(`There is no recipe of ${name}.`);
  return found;
}

/** What a program reads registries with that Go's library speaks for: the lab's credentials, and its authority in a folder. */
export function registryVariables(lab: Environment | undefined, folder: string): Record<string, string> {
  if (!lab?.registryAuthority) throw new Error("The lab of dev has no registry of its own.");
  // In place of the folder of the system.
  writeFileSync(join(folder, "authority.pem"), readFileSync(lab.registryAuthority));
  return { ...process.env, ...lab.variables, SSL_CERT_DIR: folder } as Record<string, string>;
}

/**
 * The folder of a tool's programs; what is not in the cache is made first, once.
 *
 * @throws UserError where it cannot be had: a test that needs it fails, and says so
 */
export async function toolFolder(recipe: Recipe): Promise<string> {
  const progress = await createProgress({ environment: { ...process.env, CI: "true" } });
  const again = `npm run test:e2e -- ${recipe.name}`;
  try {
    return await ensureTool(
      recipe,
      { home: labFolder, cache: defaultCache(), commands: { up: again, down: again } },
      progress,
    );
  } finally {
    progress.close();
  }
}
