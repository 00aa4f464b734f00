import { mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { totalmem } from "node:os";
import { join, resolve } from "node:path";
import { type BuildContext, buildCaches } from "../build-context.ts";
import { type BuildUnit, keyOf } from "../build-unit.ts";
import { downloadReleases, type ToolSource } from "../download/release.ts";
import type { Program, Recipe } from "../recipes/recipe.ts";
import { run } from "../run.ts";
import { type Go, withoutTelemetry } from "./go.ts";
import { keepOfModule, keptFolder } from "./kept-modules.ts";

/** Folder of a recipe: go.mod, go.sum and, for some, a main package of our own. */
export const moduleFolder = ({ name, folder }: Pick<Recipe, "name" | "folder">): string =>
  resolve(import.meta.dirname, "../../../modules", folder ?? name);

/**
 * Arguments of `go` that build one program.
 *
 * Debug information is left out when compiling and when linking: nobody debugs these, and it costs a tenth of the time and a
 * fifth of the cache. `-pgo=off` keeps packages the same from one tool to the next, so that they are compiled once.
 */
export function goBuildArguments(recipe: Pick<Recipe, "strings">, program: Program, output: string): string[] {
  const strings = Object.entries(recipe.strings ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  return [
    "build",
    "-v",
    "-trimpath",
    "-buildvcs=false",
    "-pgo=off",
    "-gcflags=all=-dwarf=false",
    ...(program.tags ? [`-tags=${program.tags.join(",")}`] : []),
    `-ldflags=${["-s", "-w", ...strings].join(" ")}`,
    "-o",
    output,
    program.package,
  ];
}

/**
 * Environment of `go`: the user's own (for GOPROXY and the like), with everything that would change a build or write outside
 * the caches fixed. The module cache stays writable, for it will be deleted.
 *
 * @param memory of the machine, in bytes. With 8 GB the compiler collects its garbage less often, which takes a fifth off its
 *   time and makes a process grow to 2 GB.
 */
export function goEnvironment(environment: NodeJS.ProcessEnv, cache: string, memory: number): NodeJS.ProcessEnv {
  const { GOROOT: _, ...rest } = environment; // the go command knows its own
  return {
    ...rest,
    ...withoutTelemetry,
    CGO_ENABLED: "0",
    GOCACHE: join(cache, "go-build"),
    GOFLAGS: "-modcacherw",
    GOGC: memory > 7.5e9 ? "400" : "100",
    GOMODCACHE: join(cache, "go-mod"),
    GOTMPDIR: join(cache, "tmp"),
    GOTOOLCHAIN: "local",
    GOWORK: "off",
  };
}

function makeGoEnvironment({ cache }: BuildContext): NodeJS.ProcessEnv {
  const caches = buildCaches(cache);
  mkdirSync(join(caches, "tmp"), { recursive: true, mode: 0o700 });
  return goEnvironment(process.env, caches, totalmem());
}

/**
 * The key of a Go tool: what it is built from, how, and with which compiler. Of the compiler's version `1.26` counts, not the
 * patch: a shell whose PATH has another patch of it, or none, must not cost a build of everything.
 *
 * @param folder holds go.mod, go.sum and our own sources. Sources of another tool in the same folder do not count.
 */
export function recipeKey(recipe: Recipe, folder: string, goVersion: string): string {
  const commands = recipe.programs.map((program) => goBuildArguments(recipe, program, program.output));
  const own = recipe.programs.filter((program) => program.package.startsWith("./")).map((program) => program.package);
  const sources = [".", ...own].flatMap((place) => filesIn(folder, place));
  return keyOf(
    goVersion.split(".").slice(0, 2).join("."),
    process.arch,
    JSON.stringify([commands, outputsOf(recipe)]),
    ...sources.flatMap((file) => [file, readFileSync(join(folder, file), "utf8")]),
  );
}

const filesIn = (folder: string, place: string): string[] =>
  readdirSync(join(folder, place), { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(place, entry.name))
    .sort();

/** Files that a recipe leaves in its folder. */
export function outputsOf(recipe: Recipe): string[] {
  return [
    ...recipe.programs.flatMap((program) => program.names ?? [program.output]),
    ...(recipe.keep?.flatMap(({ module, paths }) => paths.map((path) => join(keptFolder(module), path))) ?? []),
  ];
}

/**
 * One Go tool as a build unit.
 *
 * @param source where it comes from; built from modules where that is not decided, since the key does not depend on it.
 */
export function goUnit(recipe: Recipe, go: Go, source: ToolSource | undefined, context: BuildContext): BuildUnit {
  const releases = source?.releases;
  return {
    name: recipe.name,
    stage: releases ? `download ${recipe.name}` : `build ${recipe.name}`,
    ...(source && { why: source.why }),
    key: recipeKey(recipe, moduleFolder(recipe), go.version),
    outputs: outputsOf(recipe),
    seconds: releases ? 10 : recipe.seconds,
    gigabytes: releases ? 0.5 : recipe.gigabytes,
    async make(folder, note) {
      if (releases) return downloadReleases(releases, folder, note, context);
      let packages = 0;
      for (const program of recipe.programs) {
        await run(await go.command(), goBuildArguments(recipe, program, join(folder, program.output)), {
          context,
          purpose: `Building ${recipe.name}`,
          log: `build-${recipe.name}`,
          cwd: moduleFolder(recipe),
          env: makeGoEnvironment(context),
          onLine: (line) => note(line.startsWith("go: ") ? line.slice(4) : `${++packages} packages compiled`),
        });
        for (const name of program.names ?? []) symlinkSync(program.output, join(folder, name));
      }
      for (const kept of recipe.keep ?? []) {
        const places = { cwd: moduleFolder(recipe), env: makeGoEnvironment(context) };
        await keepOfModule(await go.command(), kept, folder, places);
      }
    },
  };
}

/** Downloads the modules of a recipe ahead of its build: the network works while the cores do something else. */
export async function fetchModules(recipe: Recipe, go: Go, context: BuildContext): Promise<void> {
  for (const program of recipe.programs) {
    await run(
      await go.command(),
      [
        "list",
        "-deps",
        ...(program.tags ? [`-tags=${program.tags.join(",")}`] : []),
        "-f",
        "{{if .Error}}{{.Error}}{{end}}",
        program.package,
      ],
      {
        context,
        purpose: `Downloading the modules of ${recipe.name}`,
        log: `modules-${recipe.name}`,
        cwd: moduleFolder(recipe),
        env: makeGoEnvironment(context),
      },
    );
  }
}
