import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Command } from "./commands.ts";

/** How a child ended. */
export interface Ended {
  /** Its exit code; null where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Where a child's output goes: to functions, or, absent, to the host's own. */
export interface Output {
  readonly stdout: (chunk: Buffer) => void;
  readonly stderr: (chunk: Buffer) => void;
}

/** The processes that a language host has started. None outlives it. */
export class Children {
  readonly #running = new Set<ChildProcess>();

  /** Runs a command of the pinned Node to its end; `signal` ends it early. */
  async runNode(command: Command, signal: AbortSignal, output?: Output): Promise<Ended> {
    return this.run(process.execPath, command, signal, output);
  }

  /** As {@link runNode}, for any program on PATH. Rejects where it cannot be started. */
  async run(program: string, command: Command, signal: AbortSignal, output?: Output): Promise<Ended> {
    const child = spawn(program, command.args, {
      cwd: command.folder,
      env: command.environment,
      stdio: ["ignore", output ? "pipe" : "inherit", output ? "pipe" : "inherit"],
    });
    if (output) {
      child.stdout?.on("data", output.stdout);
      child.stderr?.on("data", output.stderr);
    }
    this.#running.add(child);
    const kill = () => child.kill();
    signal.addEventListener("abort", kill);
    if (signal.aborted) kill();
    try {
      const [code, by] = await once(child, "close");
      return { code, signal: by };
    } finally {
      signal.removeEventListener("abort", kill);
      this.#running.delete(child);
    }
  }

  /** Ends what runs. */
  killAll(): void {
    for (const child of this.#running) child.kill();
  }
}
