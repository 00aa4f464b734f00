import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join, relative } from "node:path";
import { expect, test } from "@jest/globals";
import { repositoryRoot } from "../../cluster/lab-folder.ts";

interface PackageFile {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Folders with a package.json of their own; the root has what is in none of them. */
const workspaces = [
  ...["packages/kit", "packages/embedded-cluster", "packages/pulumi-plugins"],
  ...["components", "canaryctl", "apps/judge", "apps/load-client", "apps/versioned-echo"],
];

/** What a package needs and no file of it imports, with who asks for it. */
const named: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ".": {
    node: "npm puts its folder in front of PATH for every script",
    "@swc/jest": "jest.config.mjs names it as a string",
    "@swc/core": "a peer of @swc/jest",
    "@types/node": "tsconfig.json",
    "@pulumi/docker": "components/image builds the lab's own images, and is not in the package of the components",
  },
  "packages/embedded-cluster": { node: "toolchain/present.ts looks it up for the cluster's own programs" },
};

/** A file of a workspace that its package leaves out, and the root's dependencies are for. */
const unpacked = ["components/image/built-image.ts"];

/** Files that do not come along with the program: what only they import may be missing for whoever runs it. */
const isForTests = (file: string): boolean =>
  /^(test|bench|docs|examples|reference)\/|\/conformance\/|\.config\.mjs$/.test(file);

const statements = /^\s*(?:import|export)\b[^"'`;()]*?\bfrom "([^"\n]+)"|^\s*import "([^"\n]+)"/gm;
const calls = /(?<![\w.])(?:import|require|require\.resolve|import\.meta\.resolve)\(\s*"([^"\n]+)"/g;

const importsIn = (text: string): string[] =>
  [statements, calls]
    .flatMap((pattern) => [...text.matchAll(pattern)].map(([, from, bare]) => from ?? bare ?? ""))
    .filter((path) => /^[@a-z]/.test(path) && !isBuiltin(path))
    .map((path) =>
      path
        .split("/")
        .slice(0, path.startsWith("@") ? 2 : 1)
        .join("/"),
    );

const filesOf = (workspace: string): string[] =>
  readdirSync(join(repositoryRoot, workspace), { withFileTypes: true, recursive: false }).flatMap((entry) =>
    filesBelow(join(repositoryRoot, workspace, entry.name), entry.isDirectory()),
  );

function filesBelow(path: string, isFolder: boolean): string[] {
  const place = relative(repositoryRoot, path);
  if (!isFolder) return /\.(tsx?|[cm]?js)$/.test(path) && !unpacked.includes(place) ? [path] : [];
  if (/(^|\/)(node_modules|dist|\..+)$/.test(place) || workspaces.includes(place)) return [];
  return readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
    filesBelow(join(path, entry.name), entry.isDirectory()),
  );
}

test.each([".", ...workspaces])("%s lists the packages that it imports, and no other", (workspace) => {
  const folder = join(repositoryRoot, workspace);
  const own: PackageFile = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const imported = filesOf(workspace).map((file) => ({
    isForTests: isForTests(relative(folder, file)),
    names: importsIn(readFileSync(file, "utf8")),
  }));
  const namesOf = (wanted: readonly (typeof imported)[number][]) => new Set(wanted.flatMap(({ names }) => names));
  const ofProgram = namesOf(imported.filter((file) => !file.isForTests));
  const all = namesOf(imported);
  const listed = { ...own.dependencies, ...own.devDependencies };
  const scripts = Object.values(own.scripts ?? {}).join("\n");
  const isUsed = (name: string): boolean =>
    all.has(name) ||
    name in (named[workspace] ?? {}) ||
    new RegExp(`(^|[ ;&])${binOf(name)}( |$)`, "m").test(scripts) ||
    (name.startsWith("@types/") && all.has(name.slice("@types/".length)));
  expect({
    missing: [...all].filter((name) => !(name in listed)).sort(),
    missingWithoutDevelopment: [...ofProgram].filter((name) => !(name in (own.dependencies ?? {}))).sort(),
    unused: Object.keys(listed).filter((name) => !isUsed(name)),
    forTestsOnly: Object.keys(own.dependencies ?? {}).filter((name) => !ofProgram.has(name) && all.has(name)),
  }).toEqual({ missing: [], missingWithoutDevelopment: [], unused: [], forTestsOnly: [] });
});

test("every way to import is seen", () => {
  const text = [
    'import { a } from "one";',
    'import type { b } from "@two/b/c";',
    'import {\n  c,\n} from "three/x";',
    'export * from "four";',
    'import "five";',
    'const six = await import("yaml");',
    'require.resolve("zod/package.json");',
    'import { readFileSync } from "node:fs";',
    'import { d } from "./d.ts";',
    'const image = config.require("image");',
  ];
  expect(importsIn(text.join("\n"))).toEqual(["one", "@two/b", "three", "four", "five", "yaml", "zod"]);
});

/** The program of a package, as scripts call it. */
const binOf = (name: string): string => ({ "@biomejs/biome": "biome", typescript: "tsc" })[name] ?? name;
