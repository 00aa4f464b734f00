import { join } from "node:path";
import { execa } from "execa";
import type { Side } from "../../../canary/judge/counters/telemetry.ts";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import type { PodFaults } from "../fault-words.ts";
import type { Status } from "../status.ts";

/** What a command has come to. */
export interface Ran {
  /** -1 where it was ended by a signal. */
  readonly exitCode: number;
  /** Both streams, in the order in which they were written. */
  readonly output: string;
}

/** How a page's commands are run. */
export interface LabShell {
  /** Runs a command to its end; one that fails is an outcome. */
  run(command: string): Promise<Ran>;
  /** Starts a command that goes on beside the ones after it, until {@link end}. */
  start(command: string): void;
  /** The stack's status. @param requests how many are sent to measure the split; by default none @throws Error where it cannot be read */
  status(requests?: number): Promise<Status>;
  /** What is set in the pods of a side; none where it has no pods that can be asked. */
  faults(side: Side): Promise<readonly PodFaults[]>;
  /** Ends what still runs, and waits until it has; afterwards nothing is run. */
  end(): Promise<void>;
}

/** Without the half second that `npx` adds. */
const canaryctl = join(repositoryRoot, "canaryctl", "bin", "canaryctl.mjs");

/** A command is ended after that time. It may build the tools of an add-on. */
const longestSeconds = 1800;

/** Runs its first argument, then writes the environment that this has left to file descriptor 3, for the next command. */
const script = 'eval "$1" 2>&1 3>&-\ncode=$?\nenv -0 >&3\nexit $code';

/**
 * A shell in the repository's root, as a user's terminal has it: what a command sets in the environment is there for the next one.
 *
 * @param environment the first command's; the shell keeps it up to date
 * @param print gets what the commands print, as they do
 * @param printBeside gets what those print that go on beside the others; default: `print`
 */
export function bashShell(
  environment: Readonly<Record<string, string>>,
  print: (text: string) => void,
  printBeside = print,
): LabShell {
  let env = environment;
  const running = new Set<ReturnType<typeof launch>>();
  const ending = new AbortController();
  const begin = (command: string, tell: (text: string) => void) => {
    const child = launch(command, env);
    running.add(child);
    child.stdout.on("data", (chunk) => tell(String(chunk)));
    void child.then(() => running.delete(child));
    return child;
  };
  return {
    run: async (command) => {
      if (ending.signal.aborted) return { exitCode: -1, output: "" };
      const child = begin(command, print);
      const limit = setTimeout(() => endGroup(child.pid), longestSeconds * 1000);
      const { exitCode = -1, stdout, stdio } = await child;
      clearTimeout(limit);
      const left = parseEnvironment(stdio[3]);
      if (Object.keys(left).length > 0) env = left;
      return { exitCode, output: stdout };
    },
    start: (command) => void begin(command, printBeside),
    status: (requests) => readStatus(asking(env, ending.signal), requests),
    faults: (side) => readFaults(asking(env, ending.signal), side),
    end: async () => {
      ending.abort();
      const left = [...running];
      for (const { pid } of left) endGroup(pid);
      await Promise.all(left);
    },
  };
}

/** As the leader of a process group of its own, so that all of it can be ended. */
const launch = (command: string, env: Readonly<Record<string, string>>) =>
  execa("bash", ["-c", script, "bash", command], {
    cwd: repositoryRoot,
    env,
    extendEnv: false,
    stdio: ["ignore", "pipe", "inherit", "pipe"],
    reject: false,
    detached: true,
  });

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGTERM");
  } catch {
    // it has ended meanwhile
  }
}

/**
 * Runs `canaryctl status` in a process of its own, which reads the stack as it is now. Where something is wrong it prints the same and ends
 * with 1.
 */
async function readStatus(ask: Ask, requests: number | undefined): Promise<Status> {
  const traffic = requests === undefined ? [] : ["--traffic", String(requests)];
  const { stdout, stderr } = await ask("status", "--json", ...traffic);
  if (!stdout.startsWith("{")) throw new Error(`The status cannot be read:\n${stderr}`);
  return JSON.parse(stdout);
}

async function readFaults(ask: Ask, side: Side): Promise<readonly PodFaults[]> {
  const { stdout, exitCode } = await ask("faults", side, "--json");
  return exitCode === 0 ? JSON.parse(stdout) : [];
}

type Ask = ReturnType<typeof asking>;

/** Runs canaryctl for what it prints. */
const asking =
  (env: Readonly<Record<string, string>>, cancelSignal: AbortSignal) =>
  (...words: readonly string[]) =>
    execa(canaryctl, words, { cwd: repositoryRoot, env, extendEnv: false, reject: false, cancelSignal });

/** Reads the output of `env -0`. */
export const parseEnvironment = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split("\0")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
