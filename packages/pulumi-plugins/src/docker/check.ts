import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { isObject, type Json, type JsonObject, textAt } from "../json.ts";
import { hasUnknown } from "../values.ts";
import { contextDigest } from "./context.ts";
import { hostPlatform, registryOf } from "./image.ts";

/** Inputs as they go into the state, and what is wrong with them: a sentence each, which begins with the input's path. */
export interface Checked {
  readonly inputs: JsonObject;
  readonly problems: readonly string[];
}

const knownInputs = ["imageName", "build", "buildOnPreview", "skipPush", "registry"];
const knownInBuild = [
  "context",
  "dockerfile",
  "args",
  "platform",
  "target",
  "network",
  "addHosts",
  "builderVersion",
  "contextDigest",
];
const builders = ["BuilderV1", "BuilderBuildKit"];

const withoutNulls = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));

/** Inputs that the real plugin may know and this one does not: better refused than left out in silence. */
const unknownKeys = (object: JsonObject, keys: readonly string[], place: string): string[] =>
  Object.keys(object)
    .filter((key) => !keys.includes(key))
    .map((key) => `${place}${key}: this substitute of the Docker plugin does not know it; the real plugin may`);

/** What is wrong with the files of a build. Paths are relative to the program's folder, which is the plugin's. */
function fileProblems(context: string, dockerfile: string): string[] {
  if (!existsSync(context) || !statSync(context).isDirectory()) {
    return [`build.context: "${context}" is not a folder, seen from ${process.cwd()}`];
  }
  if (existsSync(dockerfile)) return [];
  const meant = join(context, dockerfile);
  const hint = existsSync(meant) ? `. It is relative to the program: is "${meant}" meant?` : "";
  return [`build.dockerfile: "${dockerfile}" is not a file, seen from ${process.cwd()}${hint}`];
}

function nameProblems(inputs: JsonObject): string[] {
  const { imageName } = inputs;
  if (hasUnknown(imageName)) return [];
  if (typeof imageName !== "string" || imageName === "") {
    return ["imageName: expected the image's name, such as docker.io/user/image:v1"];
  }
  const pushesTo = textAt(inputs, "registry", "server") || registryOf(imageName) || hasUnknown(inputs.registry);
  if (inputs.skipPush === true || pushesTo) return [];
  return [
    `imageName: "${imageName}" names no registry to push to; expected such as docker.io/user/image:v1, or skipPush: true`,
  ];
}

/**
 * Checks the inputs of an image and fills in what the program leaves out, as the real plugin does: the context, the Dockerfile
 * and the platform. It adds `build.contextDigest`, by which a change of the sources is seen. What is not known yet stays so.
 */
export function checkImage(news: JsonObject): Checked {
  const inputs = withoutNulls(news);
  const problems = unknownKeys(inputs, knownInputs, "");
  const given: Json = inputs.build ?? {};
  if (isObject(given)) {
    problems.push(...unknownKeys(given, knownInBuild, "build."));
    const build: JsonObject = { context: ".", platform: hostPlatform, ...withoutNulls(given) };
    if (build.builderVersion !== undefined && !builders.includes(String(build.builderVersion))) {
      problems.push(`build.builderVersion: "${build.builderVersion}" is not one of ${builders.join(", ")}`);
    }
    delete build.contextDigest;
    const { context } = build;
    if (typeof context === "string" && !hasUnknown(context)) {
      const dockerfile = build.dockerfile ?? join(context, "Dockerfile");
      build.dockerfile = dockerfile;
      if (typeof dockerfile === "string" && !hasUnknown(dockerfile)) {
        const wrong = fileProblems(context, dockerfile);
        if (wrong.length === 0) build.contextDigest = contextDigest(context, dockerfile);
        problems.push(...wrong);
      }
    }
    inputs.build = build;
  } else if (!hasUnknown(given)) {
    problems.push("build: expected an object");
  }
  if (!hasUnknown(inputs.buildOnPreview)) inputs.buildOnPreview = inputs.buildOnPreview === true;
  return { inputs, problems: [...problems, ...nameProblems(inputs)] };
}
