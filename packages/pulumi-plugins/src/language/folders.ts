import { realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, sep } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";

/**
 * Refuses to run a policy pack or a provider from a folder that somebody else could have filled: it has to lie in the project
 * or among the plugins that the engine has installed, or to belong to this user or to root and not be open to all for writing.
 *
 * @param folder the folder of the plugin's program
 * @param project the folder that the engine works in
 * @param environment for PULUMI_HOME
 */
export function refuseForeignFolder(
  folder: string,
  project: string,
  environment: Readonly<Record<string, string | undefined>>,
): void {
  const real = realpathSync(folder);
  const home = environment.PULUMI_HOME ?? join(homedir(), ".pulumi");
  const known = [project, join(home, "plugins"), join(home, "policies")];
  if (known.some((root) => isWithin(real, root))) return;
  const { uid, mode } = statSync(real);
  const isOwn = uid === 0 || uid === process.getuid?.();
  if (isOwn && (mode & 0o002) === 0) return;
  throw new UserError("A plugin is not run from a folder that other users can change.", {
    place: folder,
    allowed: `a folder in the project (${project}), in ${home}, or one that belongs to you and is not writable by all`,
  });
}

function isWithin(folder: string, root: string): boolean {
  try {
    const real = realpathSync(root);
    return folder === real || folder.startsWith(real.endsWith(sep) ? real : real + sep);
  } catch {
    return false; // there is no such root
  }
}
