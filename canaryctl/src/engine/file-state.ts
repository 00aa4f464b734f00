import { readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { projectName } from "../stack-file.ts";
import type { ExportedState } from "./pending.ts";
import { isAlive } from "./process-alive.ts";

/** A lock file of the engine: who holds the stack. */
export interface StackLock {
  readonly path: string;
  readonly pid: number;
  readonly host: string;
  /** False only where it is certain that the holder is gone. */
  readonly isHeld: boolean;
}

/**
 * What can be read of a stack in the engine's file backend without starting the engine. Elsewhere (object stores, Pulumi's
 * service) the engine itself must be asked.
 */
export class FileState {
  readonly #folder: string;
  readonly #stack: string;

  private constructor(folder: string, stack: string) {
    this.#folder = join(folder, ".pulumi");
    this.#stack = stack;
  }

  /** Undefined where the backend's URL does not name a folder. */
  static at(url: string, stack: string): FileState | undefined {
    if (!url.startsWith("file://")) return undefined;
    try {
      return new FileState(fileURLToPath(url), stack);
    } catch {
      return undefined; // such as file://~ : the engine's business
    }
  }

  exists(): boolean {
    return this.#file() !== undefined;
  }

  /**
   * The state as the engine saved it; undefined where there is none.
   *
   * @throws UserError where there is one that cannot be read: taken for absent, all that is in the cluster would be made twice
   */
  read(): ExportedState | undefined {
    const file = this.#file();
    if (!file) return undefined;
    try {
      const content = readFileSync(file);
      const { version, features, checkpoint } = JSON.parse(
        (isGzip(content) ? gunzipSync(content) : content).toString(),
      );
      // A stack that was never updated has no state yet.
      return { version, ...(features && { features }), deployment: checkpoint.latest ?? {} };
    } catch (cause) {
      throw new UserError(`The state of stack ${this.#stack} is damaged: ${(cause as Error).message}.`, {
        place: file,
        allowed: "a state as the engine wrote it",
        next: `cp ${quoted(`${file}.bak`)} ${quoted(file)}, which is the state before the last update`,
        cause,
      });
    }
  }

  locks(): readonly StackLock[] {
    const folder = join(this.#folder, "locks", "organization", projectName, this.#stack);
    return listed(folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => readLock(join(folder, name)));
  }

  /** Takes away locks whose holder was killed, and says whose they were. A lock that may be held stays. */
  dropDeadLocks(): readonly StackLock[] {
    const dead = this.locks().filter((lock) => !lock.isHeld);
    for (const { path } of dead) for (const file of [path, `${path}.attrs`]) rmSync(file, { force: true });
    return dead;
  }

  /** As the engine does where it compresses its states only since lately: of two, the newer one counts. */
  #file(): string | undefined {
    const plain = join(this.#folder, "stacks", projectName, `${this.#stack}.json`);
    const changed = (file: string) => statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    const [ofPlain, ofGzip] = [changed(plain), changed(`${plain}.gz`)];
    if (ofGzip === undefined) return ofPlain === undefined ? undefined : plain;
    return ofPlain !== undefined && ofPlain > ofGzip ? plain : `${plain}.gz`;
  }
}

const isGzip = (content: Buffer): boolean => content[0] === 0x1f && content[1] === 0x8b;

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readLock(path: string): StackLock {
  try {
    const { pid, hostname: host } = JSON.parse(readFileSync(path, "utf8")) as { pid: number; hostname: string };
    return { path, pid, host, isHeld: host !== hostname() || isAlive(pid, "pulumi") };
  } catch {
    // Released between the listing and the reading, or cut short by a full disk: nobody waits behind it.
    return { path, pid: 0, host: hostname(), isHeld: false };
  }
}
