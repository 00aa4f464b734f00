import { readFileSync } from "node:fs";

const { dependencies, peerDependencies } = JSON.parse(
  readFileSync(new URL("../package.json", import.meta.url), "utf8"),
) as { readonly [kind in "dependencies" | "peerDependencies"]: Readonly<Record<string, string>> };

/** The version of the SDK, and of the engine that goes with it. */
export const engineVersion = dependencies["@pulumi/pulumi"] ?? "";

/** The versions of Pulumi's plugins whose answers these give: the packages of the SDK ask for theirs by the same number. */
export const pluginVersions = {
  kubernetes: peerDependencies["@pulumi/kubernetes"] ?? "",
  docker: peerDependencies["@pulumi/docker"] ?? "",
} as const;
