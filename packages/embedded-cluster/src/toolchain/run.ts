import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { execa } from "execa";
import type { Commands } from "../settings.ts";
import type { BuildContext } from "./build-context.ts";

export interface RunOptions {
  readonly context: BuildContext;
  /** What the child does, as it is named to the user: `Building helm`. */
  readonly purpose: string;
  /** Name of the log file without `.log`; output is appended to it. */
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
const isolated = ["--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"];

/**
 * Runs a program to its end with its output in a log.
 *
 * @throws UserError with the last lines of the log where the program fails.
 */
export async function run(command: string, args: readonly string[], options: RunOptions): Promise<void> {
  const { signal, logs, commands } = options.context;
  const log = join(makePrivateFolder(logs), `${options.log}.log`);
  appendFileSync(log, `\n$ ${[command, ...args].join(" ")}\n`, { mode: 0o600 });
  const toLog = { file: log, append: true } as const;
  const child = execa("setpriv", [...isolated, command, ...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.env === undefined ? {} : { env: { ...options.env }, extendEnv: false }),
    stdin: "ignore",
    stdout: options.onLine === undefined ? toLog : ["pipe", toLog],
    stderr: options.onLine === undefined ? toLog : ["pipe", toLog],
    all: true,
    buffer: false,
    reject: false,
    cancelSignal: signal,
    killSignal: "SIGKILL", // unshare does not pass a SIGTERM on
  });
  if (options.onLine !== undefined) for await (const line of child.iterable({ from: "all" })) options.onLine(line);
  const result = await child;
  if (result.failed) throw failure(options.purpose, log, result.isCanceled, commands);
}

function failure(purpose: string, log: string, canceled: boolean, commands: Commands): UserError {
  if (canceled) return new UserError(`${purpose} was given up, because another build failed.`);
  const text = ofLastCommand(readFileSync(log, "utf8"));
  return new UserError(`${purpose} failed. Its last lines:\n${lastLines(text, 12)}`, {
    place: log,
    first: remedy(text),
    next: commands.up, // it goes on where it stopped
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

/** What to do about a failure before the next run, by what its log says. */
export function remedy(text: string): string {
  const end = text.slice(-4000);
  if (/no space left on device/i.test(end)) return "free some disk space";
  if (
    /dial tcp|no such host|Temporary failure|Could not resolve|connection refused|TLS handshake|timed? ?out/i.test(end)
  ) {
    return "check that the package registries answer (go env GOPROXY, pip config list, apt sources)";
  }
  return "read the log";
}
