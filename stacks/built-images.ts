import { join } from "node:path";
import { mustBeBuilt } from "@canary-lab/kit/built";
import { repositoryRoot } from "../cluster/lab-folder.ts";
import { ownName } from "../components/image/render-built-image.ts";
import { builtImages, type ImageConfig } from "./image-request.ts";

/**
 * Refuses to make images of other code than this checkout's.
 *
 * @throws UserError
 */
export function imagesMustBeBuilt(...configs: readonly ImageConfig[]): void {
  const names = new Set(builtImages(...configs).flatMap((reference) => ownName(reference) ?? []));
  for (const name of names) mustBeBuilt(join(repositoryRoot, "apps", name), `apps/${name}`);
}
