import { chmodSync, cpSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import type { KeptModule } from "../recipes/recipe.ts";

/** Where a recipe's folder holds what is kept of a module. */
export const keptFolder = (module: string): string => join("module", module);

/**
 * Copies what is kept of a module into a recipe's folder.
 *
 * @param go the command
 * @param places where it runs: beside the go.mod that pins the module, after the modules were downloaded
 */
export async function keepOfModule(
  go: string,
  { module, paths }: KeptModule,
  folder: string,
  places: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<void> {
  const { stdout } = await execa(go, ["list", "-m", "-f", "{{.Dir}}", module], { ...places, extendEnv: false });
  for (const path of paths) {
    const to = join(folder, keptFolder(module), path);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(join(stdout, path), to, { recursive: true });
    makeWritable(to); // modules are read-only, and a folder that cannot be written to cannot be deleted
  }
}

function makeWritable(path: string): void {
  const isFolder = statSync(path).isDirectory();
  chmodSync(path, isFolder ? 0o755 : 0o644);
  if (isFolder) for (const entry of readdirSync(path)) makeWritable(join(path, entry));
}
