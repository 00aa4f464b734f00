import { once } from "node:events";
import { dirname } from "node:path";
import { execa } from "execa";
import { makePrivateFolder } from "./private-files.ts";

/**
 * Runs `work` while no other process does so under the same lock file. The lock is the kernel's (flock), held by a child
 * that ends when our end of its pipe closes: it cannot outlive us, whatever kills us, so none is ever stale.
 *
 * @param waiting called once where somebody else has the lock.
 */
export async function withLock<T>(file: string, waiting: () => void, work: () => Promise<T>): Promise<T> {
  makePrivateFolder(dirname(file));
  const holder = execa("flock", ["--exclusive", file, "sh", "-c", "echo locked; read -r _"], { reject: false });
  const patience = setTimeout(waiting, 500);
  try {
    const held = await Promise.race([once(holder.stdout, "data").then(() => true), holder.then(() => false)]);
    if (!held) throw new Error(`flock ${file} failed: ${(await holder).stderr}`);
  } finally {
    clearTimeout(patience);
  }
  try {
    return await work();
  } finally {
    holder.stdin.end();
    await holder;
  }
}
