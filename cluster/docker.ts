import { UserError } from "@canary-lab/kit/user-error";
import { withFolders } from "./fetched-programs.ts";
import { type Command, dockerAnswers, dockerHost } from "./kind/commands.ts";
import { sourceOf } from "./programs.ts";

/** Runs a command and answers its standard output; rejects with what it wrote to standard error. */
export type Run = (command: Command) => Promise<string>;

/** kind may be set to Podman, and the lab asks Docker for the nodes. */
const variables = { KIND_EXPERIMENTAL_PROVIDER: "docker" };

/**
 * Runs docker or kind.
 *
 * @param folders in front of PATH
 * @throws UserError with what the command said, or where the program is not installed
 */
export async function runCommand(
  { file, args, input, seconds }: Command,
  folders: readonly string[] = [],
): Promise<string> {
  const { execa, ExecaError } = await import("execa");
  try {
    const env = { ...variables, PATH: withFolders(folders, process.env.PATH) };
    return (await execa(file, args, { input: input ?? "", env, ...bounded(seconds) })).stdout;
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    if (error.code === "ENOENT") {
      throw new UserError(`${file} is not installed.`, {
        place: "PATH",
        first: `install ${sourceOf(file)}`,
        next: "npx canaryctl up",
        cause: error,
      });
    }
    const late = error.timedOut ? `it did not answer within ${seconds} s` : undefined;
    const words = late ?? (String(error.stderr).trim() || error.shortMessage);
    throw new UserError(`${file} ${args[0]} failed: ${reasonIn(words)}`, {
      place: `${file} ${args.join(" ")}`,
      next: file === "kind" ? "npx canaryctl down && npx canaryctl up" : "docker info",
      cause: error,
    });
  }
}

const bounded = (seconds: number | undefined) => (seconds === undefined ? {} : { timeout: seconds * 1000 });

/** Whether Docker answers, for whoever can do without it. */
export async function isDockerThere(): Promise<boolean> {
  const { execa } = await import("execa");
  const { file, args, seconds } = dockerAnswers;
  return !(await execa(file, args, { reject: false, ...bounded(seconds) })).failed;
}

/** A port that is taken stands at the far end of a long line of Docker's; everything else is given as it was said. */
export const reasonIn = (words: string): string =>
  /(?:listen|Bind for) [^\n"]*?(?:address already in use|port is already allocated)/.exec(words)?.[0] ?? words;

/**
 * What the engine's Docker plugin needs in its environment to find the daemon that `docker` speaks to: it knows DOCKER_HOST and the usual
 * sockets, and no docker context, as those of Colima, Rancher Desktop and rootless Docker.
 */
export async function dockerVariables(run: Run): Promise<Readonly<Record<string, string>>> {
  try {
    const host = (await run(dockerHost)).trim();
    return /^[a-z]+:\/\//.test(host) ? { DOCKER_HOST: host } : {};
  } catch {
    return {}; // a client too old for contexts has none
  }
}
