import { rmSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFolder, readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { inLab } from "../../../cluster/lab-folder.ts";
import { ownProcessSpace } from "./process-alive.ts";

/**
 * Notes of the engines that canaryctl starts: their process ids, and where those mean something. The engine's own locks name a host
 * only, and containers of one host name have process ids of their own. The note of an engine that was killed stays until its lock is
 * taken away.
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
}
