import { execa } from "execa";
import { inLab } from "../../../../cluster/lab-folder.ts";

/** Folder that all builds share for caches, dropped when everything is made. */
export const cacheFolder = (): string => inLab("cache");

/** Removes the caches. `rm` does it in half the time that Node takes for some hundred thousand files. */
export async function dropCache(): Promise<void> {
  await execa("rm", ["-rf", cacheFolder()]);
}
