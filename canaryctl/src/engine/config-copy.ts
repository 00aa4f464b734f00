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

/**
 * Runs a command of the engine that goes by the stack's own file. Where it fails by the passphrase, the `encryptionsalt` is taken out again that it
 * wrote into a file which had none: it is of that passphrase, and the right one would be refused afterwards.
 */
export async function withoutWrongSalt<T>(
  file: Pick<StackFile, "path" | "dropSalt">,
  isOfPassphrase: (error: unknown) => boolean,
  work: () => Promise<T>,
): Promise<T> {
  const hasSalt = () => /^encryptionsalt:/m.test(readIfThere(file.path) ?? "");
  const hadSalt = hasSalt();
  try {
    return await work();
  } catch (error) {
    if (!hadSalt && hasSalt() && isOfPassphrase(error)) file.dropSalt();
    throw error;
  }
}
