import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, fstatSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { makePrivateFolder } from "./private-files.ts";
import { quoted } from "./programs.ts";
import { UserError } from "./user-error.ts";

/**
 * Runs `work` while no other process does so under the same lock file. The lock is the kernel's (flock): a child holds it and
 * ends when our end of its pipe closes, so no lock outlives the run that took it, however that run ends. The file is removed
 * with the lock.
 *
 * @param waiting called once where another process has the lock, with the `holder` that it gave
 * @param holder what this run is, for those that wait for it
 */
export async function withLock<T>(
  file: string,
  waiting: (holder: string) => void,
  work: () => Promise<T>,
  holder = `process ${process.pid}`,
): Promise<T> {
  makePrivateFolder(dirname(file));
  const notice = setTimeout(() => waiting(holderIn(file)), 500);
  let release: () => Promise<void>;
  try {
    release = await acquire(file);
  } finally {
    clearTimeout(notice);
  }
  try {
    writeFileSync(file, holder);
    return await work();
  } finally {
    rmSync(file, { force: true }); // while it is still locked: see `acquire`
    await release();
  }
}

/** Locks the file. A run that waited may get the lock of a file that its holder has removed: then it begins again. */
async function acquire(file: string): Promise<() => Promise<void>> {
  for (;;) {
    const fd = openOwn(file);
    const release = await lock(fd, file);
    const isCurrent = statSync(file, { throwIfNoEntry: false })?.ino === fstatSync(fd).ino;
    closeSync(fd); // the child has its own
    if (isCurrent) return release;
    await release();
  }
}

/** Opens or makes a lock file: never through a link, and never one that another user could have put there. */
function openOwn(file: string): number {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants;
  const fd = openSync(file, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
  const { uid, mode } = fstatSync(fd);
  if (uid === process.getuid?.() && (mode & 0o022) === 0) return fd;
  closeSync(fd);
  throw new UserError("Another user can write the lock file.", {
    place: file,
    allowed: `a file of user ${process.getuid?.()} that nobody else can write`,
    next: `rm ${quoted(file)}`,
  });
}

async function lock(fd: number, file: string): Promise<() => Promise<void>> {
  // A session of its own: Ctrl-C ends the run in its own time, and the lock must last until then.
  const child = spawn("sh", ["-c", "flock -x 3 && echo locked && read -r _"], {
    stdio: ["pipe", "pipe", "pipe", fd],
    detached: true,
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  const failed = once(child, "error").then(([error]) => Promise.reject(error));
  const isLocked = await Promise.race([
    once(child.stdout as NonNullable<typeof child.stdout>, "data").then(() => true),
    ended.then(() => false),
    failed,
  ]);
  if (!isLocked) throw new Error(`flock ${file} failed: ${said}`);
  return async () => {
    child.stdin?.end();
    await ended;
  };
}

const holderIn = (file: string): string => {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return ""; // it has just been removed
  }
};
