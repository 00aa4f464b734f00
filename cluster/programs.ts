import { programVersion } from "@canary-lab/kit/program-version";
import { onPath } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { engineVersion } from "@canary-lab/pulumi-plugins/versions";
import { kindVersion } from "./kind/release.ts";

interface ProgramFacts {
  /** Where the user gets it. */
  readonly source: string;
  /** The versions that work, as a range of semver; absent where any version works. */
  readonly range?: string;
}

/** The programs that a target cluster takes from the user's PATH. */
const programs = {
  // Not older than the SDK of package.json, whose program it runs.
  pulumi: {
    source: `Pulumi ${engineVersion}, https://www.pulumi.com/docs/install/`,
    range: "^3.248.0",
  },
  docker: { source: "Docker, https://docs.docker.com/engine/install/" },
  // The first release that runs the node image of kind/commands.ts; kind has not reached 1.0, so its minor versions are compared.
  kind: {
    source: `kind ${kindVersion}, https://kind.sigs.k8s.io/docs/user/quick-start/#installation`,
    range: `>=${kindVersion}`,
  },
} as const satisfies Record<string, ProgramFacts>;

export type ProgramName = keyof typeof programs;

/** The versions of Pulumi that work, as a range of semver. */
export const pulumiRange = programs.pulumi.range;

export const sourceOf = (program: ProgramName): string => programs[program].source;

export interface ProgramProblem {
  readonly program: ProgramName;
  /** What is wrong with it, to be read after "there is no place to run": `kind is not installed`. */
  readonly problem: string;
  /** What to install. */
  readonly source: string;
}

/** Which of the programs `path` lacks, or has in a version that does not work. */
export async function findProgramProblems(
  names: readonly ProgramName[],
  path: string | undefined,
): Promise<readonly ProgramProblem[]> {
  const problems = await Promise.all(
    names.map(async (program): Promise<readonly ProgramProblem[]> => {
      const { source, range }: ProgramFacts = programs[program];
      const file = onPath(program, path);
      if (file === undefined) return [{ program, problem: `${program} is not installed`, source }];
      if (range === undefined) return [];
      const { default: satisfies } = await import("semver/functions/satisfies.js");
      const version = await programVersion(file);
      if (version !== undefined && satisfies(version, range, { includePrerelease: true })) return [];
      const found = version === undefined ? "does not say its version" : `is version ${version}`;
      return [{ program, problem: `${program} ${found}, and ${range} is needed`, source }];
    }),
  );
  return problems.flat();
}

/** Names every one of the programs that are missing or too old, and where to get it; undefined where none is. */
export function refuseProblems(problems: readonly ProgramProblem[]): UserError | undefined {
  if (problems.length === 0) return undefined;
  return new UserError(
    `Programs that are needed here are missing: ${problems.map(({ problem }) => problem).join("; ")}.`,
    {
      place: "PATH",
      first: `install ${problems.map(({ source }) => source).join("; ")}`,
      next: "npx canaryctl up",
    },
  );
}
