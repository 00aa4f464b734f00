import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { jest } from "@jest/globals";

/**
 * Makes a checkout with these stacks' files take the place of this one, in which a lab may be up. Modules that know the folder must be
 * loaded afterwards.
 *
 * @returns its path
 */
export function takeOwnCheckout(files: Readonly<Record<string, string>>): string {
  const repositoryRoot = mkdtempSync(join(tmpdir(), "checkout-"));
  cpSync(join(import.meta.dirname, "../../../Pulumi.yaml"), join(repositoryRoot, "Pulumi.yaml"));
  for (const [stack, text] of Object.entries(files)) writeFileSync(join(repositoryRoot, `Pulumi.${stack}.yaml`), text);
  const labFolder = join(repositoryRoot, ".lab");
  jest.unstable_mockModule("../../../cluster/lab-folder.ts", () => ({
    repositoryRoot,
    labFolder,
    inLab: (...parts: readonly string[]) => join(labFolder, ...parts),
    pinnedNodeFolder: dirname(process.execPath),
  }));
  return repositoryRoot;
}

/** Takes away what the environment says of clusters, states and CI. */
export function leaveEnvironment(): void {
  for (const name of Object.keys(process.env))
    if (/^(CANARY_LAB|PULUMI|GITHUB|CI)/.test(name)) delete process.env[name];
}
