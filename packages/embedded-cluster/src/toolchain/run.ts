import { appendFileSync, readFileSync } from "node:fs";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { execa } from "execa";
import { inLab } from "../../../../cluster/lab-folder.ts";

/** What every child process of the toolchain shares. */
export interface Workshop {
  /** Aborted when another part has failed: there is no use in going on. */
  readonly signal: AbortSignal;
}

export interface RunOptions extends Workshop {
  /** What the child does, as it is named to the user: `Building helm`. */
  readonly purpose: string;
  /** Name of the log file, `.lab/logs/<log>.log`; output is appended to it. */
  readonly log: string;
  readonly cwd?: string;
  /** Replaces the whole environment where given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called with each line of output. */
  readonly onLine?: (line: string) => void;
}

/**
 * The child gets a process namespace of its own and dies with us, and everything it started dies with it, even if we are
 * killed with -9: so no orphan goes on writing into a folder that the next run clears away. Its mounts are private too.
 */
const leash = ["--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"];

/** Path of a log of the toolchain. */
export const logFile = (log: string): string => inLab("logs", `${log}.log`);

/**
 * Runs a program to its end with its output in a log.
 *
 * @throws UserError with the last lines of the log where the program fails.
 */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<void> {
  makePrivateFolder(inLab("logs"));
  const log = logFile(options.log);
  appendFileSync(log, `\n$ ${[command, ...args].join(" ")}\n`, { mode: 0o600 });
  const toLog = { file: log, append: true } as const;
  const child = execa("setpriv", [...leash, command, ...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: { ...options.env }, extendEnv: false }),
    stdin: "ignore",
    stdout: options.onLine === undefined ? toLog : ["pipe", toLog],
    stderr: options.onLine === undefined ? toLog : ["pipe", toLog],
    all: true,
    buffer: false,
    reject: false,
    cancelSignal: options.signal,
    killSignal: "SIGKILL", // unshare does not pass a SIGTERM on
  });
  if (options.onLine !== undefined) for await (const line of child.iterable({ from: "all" })) options.onLine(line);
  const result = await child;
  if (result.failed) throw failure(options.purpose, log, result.isCanceled);
}

function failure(purpose: string, log: string, canceled: boolean): UserError {
  if (canceled) return new UserError(`${purpose} was given up, because another part failed.`);
  const text = ofLastCommand(readFileSync(log, "utf8"));
  return new UserError(`${purpose} failed. Its last lines:\n${lastLines(text, 12)}`, {
    place: log,
    next: remedy(text),
  });
}

/** What the last command of a log wrote: an earlier one's trouble is not this one's. */
export const ofLastCommand = (text: string): string => text.slice(text.lastIndexOf("\n$ ") + 1);

/** The last lines of a log that hold something. */
export function lastLines(text: string, count: number): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines
    .slice(-count)
    .map((line) => `    ${line}`)
    .join("\n");
}

/** What to do about a failure, by what its log says. */
export function remedy(text: string): string {
  const end = text.slice(-4000);
  if (/no space left on device/i.test(end))
    return "Free some disk space, then: npx canaryctl up (it goes on where it stopped)";
  if (
    /dial tcp|no such host|Temporary failure|Could not resolve|connection refused|TLS handshake|timed? ?out/i.test(end)
  ) {
    return "Check that the package registries answer (go env GOPROXY, pip config list, apt sources), then: npx canaryctl up";
  }
  return "Read the log, then: npx canaryctl up (it goes on where it stopped)";
}
