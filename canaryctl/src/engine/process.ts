import { spawn } from "node:child_process";
import { UserError } from "@canary-lab/kit/user-error";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { endingSignals } from "../until-interrupted.ts";
import { eachLine } from "./each-line.ts";
import { EngineNotes } from "./engine-notes.ts";
import { startProgram } from "./start-program.ts";

export interface EngineProcess {
  readonly args: readonly string[];
  /** Whether the command runs the stack's program. */
  readonly runsProgram?: boolean;
  readonly variables: Readonly<Record<string, string>>;
  /** Gets each line as it comes; without it the engine writes to the terminal by itself. */
  readonly onLine?: (line: string) => void;
}

export interface EngineExit {
  readonly code: number;
  /** Of both streams, as they came. */
  readonly lines: readonly string[];
  /** Of its standard output alone: what it answers, without what it says beside that. */
  readonly output: readonly string[];
  /** Whether the user asked to stop while it ran. */
  readonly isInterrupted: boolean;
}

/** One Ctrl-C can arrive twice: from the terminal, and from npm, which passes it on. The engine would take two for "at once". */
const sameInterruptMilliseconds = 1_000;

/**
 * Runs `pulumi` once, in a process group of its own: only what this function passes on reaches it. The first interrupt lets
 * the engine finish what is in flight and save its state; a later one stops it at once.
 *
 * @throws UserError where there is no `pulumi` on the PATH of `variables`
 */
export async function runPulumi(run: EngineProcess): Promise<EngineExit> {
  if (!run.runsProgram) return runCommand(run);
  const program = await startProgram({ ...process.env, ...run.variables }, run.onLine);
  try {
    return await runCommand({ ...run, args: [...run.args, "--client", program.address] });
  } finally {
    program.stop();
  }
}

function runCommand({ args, variables, onLine }: EngineProcess): Promise<EngineExit> {
  return new Promise((resolve, reject) => {
    const child = spawn("pulumi", args, {
      cwd: repositoryRoot,
      // It lives for seconds, and by Go's default (100) collects garbage for a tenth of the time that an update takes.
      env: { GOGC: "400", ...process.env, ...variables },
      stdio: onLine ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
      detached: true,
    });
    const notes = new EngineNotes();
    if (child.pid !== undefined) notes.add(child.pid);
    const lines: string[] = [];
    const output: string[] = [];
    eachLine(child, (line, stream) => {
      lines.push(line);
      if (stream === "stdout") output.push(line);
      onLine?.(line);
    });

    let interruptedAt: number | undefined;
    const interrupt = () => {
      const now = Date.now();
      if (interruptedAt !== undefined && now - interruptedAt < sameInterruptMilliseconds) return;
      interruptedAt = now;
      child.kill("SIGINT");
    };
    for (const signal of endingSignals) process.on(signal, interrupt);
    const release = () => {
      for (const signal of endingSignals) process.off(signal, interrupt);
    };

    child.on("error", (error: NodeJS.ErrnoException) => {
      release();
      if (error.code !== "ENOENT") reject(error);
      else reject(new UserError("There is no `pulumi` on PATH.", { place: variables.PATH, next: "npx canaryctl up" }));
    });
    child.on("close", (code) => {
      release();
      if (child.pid !== undefined && code !== null) notes.remove(child.pid);
      resolve({ code: code ?? 1, lines, output, isInterrupted: interruptedAt !== undefined });
    });
  });
}
