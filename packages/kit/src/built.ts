import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "./user-error.ts";

/** What the build notes beside its result, in each folder that has one. */
const note = "built.json";

/**
 * Refuses what `npm run build` did not make, or made of older source, as after a `git pull` without `npm ci`: other code would run than
 * the checkout shows. The files that count are those that esbuild noted that it read (its metafile); what npm installed is left out.
 *
 * @param folder that the build ran in
 * @param name for the error, such as `The page`
 * @throws UserError
 */
export function mustBeBuilt(folder: string, name: string): void {
  const next = "npm ci";
  const place = join(folder, note);
  if (!existsSync(place)) {
    throw new UserError(`${name} is not built: npm was told to run no scripts, or did not end.`, { place, next });
  }
  const built = statSync(place).mtimeMs;
  const { inputs } = JSON.parse(readFileSync(place, "utf8")) as { readonly inputs: Readonly<Record<string, unknown>> };
  const newer = Object.keys(inputs)
    .filter((input) => !input.includes("node_modules/"))
    .map((input) => join(folder, input))
    .find((file) => (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY) > built);
  if (newer === undefined) return;
  throw new UserError(`${name} is built of older source than this checkout has.`, { place: newer, next });
}
