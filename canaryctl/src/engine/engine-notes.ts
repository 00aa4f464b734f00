import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFolder, readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { inLab } from "../../../cluster/lab-folder.ts";
import { isAlive, ownProcessSpace } from "./process-alive.ts";

/**
 * Notes of the engines that canaryctl starts: their process ids, and where those mean something. The engine's own locks name a host
 * only, and containers of one host name have process ids of their own.
 */
export class EngineNotes {
  readonly #folder: string;

  constructor(folder = inLab("engines")) {
    this.#folder = folder;
  }

  add(pid: number): void {
    makePrivateFolder(this.#folder);
    writePrivateFile(join(this.#folder, String(pid)), ownProcessSpace());
  }

  remove(pid: number): void {
    rmSync(join(this.#folder, String(pid)), { force: true });
  }

  /** Whether an engine with this id was started where the ids mean the same as here. */
  isFromHere(pid: number): boolean {
    return readIfThere(join(this.#folder, String(pid))) === ownProcessSpace();
  }

  /** Removes the notes of engines that were killed, so that an id which is given out again is not taken for one of them. */
  dropDead(): void {
    for (const name of listed(this.#folder)) {
      const pid = Number(name);
      if (pid > 0 && this.isFromHere(pid) && !isAlive(pid, "pulumi")) this.remove(pid);
    }
  }
}

function listed(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
