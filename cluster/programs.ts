import { onPath } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { engineVersion } from "@canary-lab/pulumi-plugins/versions";
import { kindVersion } from "./kind-commands.ts";

/** Where the programs that a target cluster takes from the user's PATH come from. */
const sources = {
  pulumi: `Pulumi ${engineVersion}, https://www.pulumi.com/docs/install/`,
  docker: "Docker, https://docs.docker.com/engine/install/",
  kind: `kind ${kindVersion}, go install sigs.k8s.io/kind@${kindVersion}`,
} as const;

export type ProgramName = keyof typeof sources;

/** @throws UserError that names every one of the programs that `path` lacks, and where to get it */
export function refuseMissingPrograms(programs: readonly ProgramName[], path: string | undefined): void {
  const missing = programs.filter((program) => !onPath(program, path));
  if (missing.length === 0) return;
  throw new UserError(`Programs that are needed here cannot be found: ${missing.join(", ")}.`, {
    place: "PATH",
    next: `install ${missing.map((program) => sources[program]).join("; ")}; then: npx canaryctl up`,
  });
}
