import { execa } from "execa";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";

/** What a finished command left behind. */
export interface Outcome {
  readonly command: string;
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Both streams as the user saw them. */
  readonly output: string;
  /** Wall time. */
  readonly seconds: number;
  /** Unix milliseconds. */
  readonly began: number;
}

interface CommandOptions {
  /** Default: the repository's root. */
  readonly cwd?: string;
  /** The whole environment; default: {@link userEnvironment}. */
  readonly env?: Readonly<Record<string, string>>;
  /** Keeps what the command prints out of the log; for what is read by programs and fills pages. */
  readonly quiet?: boolean;
  /** Keeps the command's standard input open until `endInput`; by default it has none. */
  readonly keepsInput?: boolean;
  /** The command and what it started are killed after this time, which fails the test that waits for it. Default 120. */
  readonly timeoutSeconds?: number;
}

/** The environment as a user's shell has it: without what npm and jest put there for themselves. */
export function userEnvironment(): Record<string, string> {
  const ours = /^(npm_|NODE_OPTIONS$|NODE_ENV$|JEST_|INIT_CWD$)/;
  return Object.fromEntries(
    Object.entries(process.env).filter(
      (entry): entry is [string, string] => entry[1] !== undefined && !ours.test(entry[0]),
    ),
  );
}

/** Starts a command as the leader of a process group of its own, so that a test can kill all of it, and lets the log follow along. */
export function start(file: string, args: readonly string[] = [], options: CommandOptions = {}) {
  const command = [file, ...args].join(" ");
  const began = Date.now();
  process.stderr.write(`$ ${command}\n`);
  const child = execa(file, args, {
    cwd: options.cwd ?? repositoryRoot,
    env: { ...(options.env ?? userEnvironment()) },
    extendEnv: false,
    reject: false,
    all: true,
    stdin: options.keepsInput ? "pipe" : "ignore",
    detached: true,
    cleanup: true,
  });
  const seconds = options.timeoutSeconds ?? 120;
  let timedOut = false;
  const limit = setTimeout(() => {
    timedOut = true;
    killGroup(child.pid);
  }, seconds * 1000);
  let seen = "";
  child.all?.on("data", (chunk) => {
    seen += chunk;
    if (!options.quiet) process.stderr.write(chunk);
  });
  const finished = child.then((result): Outcome => {
    clearTimeout(limit);
    if (timedOut) throw new Error(`${command} did not end within ${seconds} s:\n${result.all}`);
    return {
      command,
      // A command that could not even be started, or was killed, has no exit code.
      exitCode: result.exitCode ?? -1,
      stdout: result.stdout,
      stderr: result.stderr,
      output: result.all,
      seconds: (Date.now() - began) / 1000,
      began,
    };
  });
  return { pid: child.pid ?? 0, output: () => seen, endInput: () => child.stdin?.end(), finished };
}

/** What has left the group, such as the lab's own processes, stays. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // it has ended meanwhile
  }
}

/** Runs a command to its end; a failing one is an outcome, not an exception. */
export const run = (file: string, args: readonly string[] = [], options: CommandOptions = {}): Promise<Outcome> =>
  start(file, args, options).finished;

/** Runs a command that has to succeed; anything else ends the test with what the command printed. */
export async function mustRun(
  file: string,
  args: readonly string[] = [],
  options: CommandOptions = {},
): Promise<Outcome> {
  const outcome = await run(file, args, options);
  if (outcome.exitCode !== 0) throw new Error(`${outcome.command} ended with ${outcome.exitCode}:\n${outcome.output}`);
  return outcome;
}
