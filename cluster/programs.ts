import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { kindVersion } from "./kind-commands.ts";
import { LabError } from "./lab-error.ts";

/** The version of the engine that goes with the SDK in package.json. */
export const engineVersion = "3.250.0";

/** Where the programs that a world takes from the user's PATH come from. */
const sources = {
  pulumi: `Pulumi ${engineVersion}, https://www.pulumi.com/docs/install/`,
  docker: "Docker, https://docs.docker.com/engine/install/",
  kind: `kind ${kindVersion}, go install sigs.k8s.io/kind@${kindVersion}`,
} as const;

export type ProgramName = keyof typeof sources;

/** Whether this user can run `file`. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A program on a PATH, as the shell would find it. */
export const onPath = (program: string, path: string | undefined): string | undefined =>
  (path ?? "")
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => join(folder, program))
    .find(isProgram);

/** @throws LabError that names every one of the programs that `path` lacks, and where to get it */
export function refuseMissingPrograms(programs: readonly ProgramName[], path: string | undefined): void {
  const missing = programs.filter((program) => !onPath(program, path));
  if (missing.length === 0) return;
  throw new LabError(`Programs that are needed here cannot be found: ${missing.join(", ")}.`, {
    place: "PATH",
    next: `install ${missing.map((program) => sources[program]).join("; ")}; then: npx canaryctl up`,
  });
}
