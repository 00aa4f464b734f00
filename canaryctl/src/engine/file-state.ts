import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { projectName } from "../../../stacks/stack-name.ts";
import type { Deployment } from "./pending.ts";
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

  /** All stacks of the project that the backend has, this one too where it is there. */
  stacks(): readonly string[] {
    return listed(dirname(this.#file()))
      .filter((name) => name.endsWith(".json"))
      .map((name) => name.slice(0, -".json".length));
  }

  exists(): boolean {
    return existsSync(this.#file());
  }

  /** The state as the engine saved it; undefined where there is none. */
  read(): Deployment | undefined {
    return this.exists() ? JSON.parse(readFileSync(this.#file(), "utf8")).checkpoint?.latest : undefined;
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

  #file(): string {
    return join(this.#folder, "stacks", projectName, `${this.#stack}.json`);
  }
}

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
