import { existsSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { folderOrganization, projectName } from "../../../stacks/stack-name.ts";
import { EngineNotes } from "./engine-notes.ts";
import type { ExportedState } from "./pending.ts";
import { readLock, type StackLock } from "./stack-lock.ts";

/** How many copies of the state from after earlier updates stay, for a person who looks for one. */
const keptCopies = 20;

/**
 * What can be read of a stack in the engine's file backend without starting the engine. Elsewhere (object stores, Pulumi's
 * service) the engine itself must be asked.
 */
export class FileState {
  readonly #folder: string;
  readonly #stack: string;
  readonly #notes: EngineNotes;

  private constructor(folder: string, stack: string, notes: EngineNotes) {
    this.#folder = join(folder, ".pulumi");
    this.#stack = stack;
    this.#notes = notes;
  }

  /** Undefined where the backend's URL does not name a folder. */
  static at(url: string, stack: string, notes = new EngineNotes()): FileState | undefined {
    if (!url.startsWith("file://")) return undefined;
    try {
      return new FileState(fileURLToPath(url), stack, notes);
    } catch {
      return undefined; // such as file://~ : the engine's business
    }
  }

  /** All stacks of the project that the backend has, this one too where it is there. */
  stacks(): readonly string[] {
    const names = listed(join(this.#folder, "stacks", projectName)).flatMap(
      (name) => /^(.+)\.json(\.gz)?$/.exec(name)?.[1] ?? [],
    );
    return [...new Set(names)];
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
        ...(existsSync(`${file}.bak`)
          ? { first: "put back the state before the last update", next: `cp ${quoted(`${file}.bak`)} ${quoted(file)}` }
          : {
              first: `put back a copy of it, such as the newest .checkpoint.json of ${join(this.#folder, "history", projectName, this.#stack)}`,
            }),
        cause,
      });
    }
  }

  locks(): readonly StackLock[] {
    const folder = join(this.#folder, "locks", folderOrganization, projectName, this.#stack);
    return listed(folder)
      .filter((name) => name.endsWith(".json"))
      .flatMap((name) => readLock(join(folder, name), this.#notes) ?? []);
  }

  /** Takes away locks whose holder was killed, and gives them. A lock that may be held stays. */
  dropDeadLocks(): readonly StackLock[] {
    const dead = this.locks().filter(({ holder }) => holder === "dead");
    for (const { path, pid } of dead) {
      for (const file of [path, `${path}.attrs`]) rmSync(file, { force: true });
      this.#notes.remove(pid); // the id may be given out again
    }
    return dead;
  }

  /**
   * Takes away older copies of the state than the newest {@link keptCopies}: the engine writes one at each update, a tenth of a megabyte and
   * more, and reads none. What its history tells of each update stays.
   */
  dropOldCopies(): void {
    const places: readonly (readonly [folder: string, isCopy: RegExp])[] = [
      ["history", /\.checkpoint\.json(\.gz)?$/],
      ["backups", /\.json(\.gz)?$/],
    ];
    for (const [place, isCopy] of places) {
      const folder = join(this.#folder, place, projectName, this.#stack);
      // The time is in their names, in nanoseconds.
      const copies = listed(folder)
        .filter((name) => isCopy.test(name))
        .toSorted();
      for (const name of copies.slice(0, -keptCopies))
        for (const file of [name, `${name}.attrs`]) rmSync(join(folder, file), { force: true });
    }
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
