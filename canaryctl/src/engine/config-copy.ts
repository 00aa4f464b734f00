import { rmSync } from "node:fs";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { inLab } from "../../../cluster/lab-folder.ts";
import type { StackFile } from "../stack-file.ts";

/** Runs `work` with the path of a file that holds this config of the stack, for one command of the engine. */
export async function withConfigText<T>(stack: string, text: string, work: (path: string) => Promise<T>): Promise<T> {
  const path = inLab(`applied-${stack}-${process.pid}.yaml`);
  writePrivateFile(path, text);
  try {
    return await work(path);
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * As {@link withConfigText}, with what the stack's file says. For a command that reads: into a file that has no `encryptionsalt` the engine
 * writes one, made with the passphrase that it was given, whether or not that is the stack's. Afterwards the right one would be refused.
 */
export const withConfigCopy = <T>(
  { stack, path }: Pick<StackFile, "stack" | "path">,
  work: (path: string) => Promise<T>,
): Promise<T> => withConfigText(stack, readIfThere(path) ?? "", work);
