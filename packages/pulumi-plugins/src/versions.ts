import { readFileSync } from "node:fs";

const { peerDependencies } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  readonly peerDependencies: Readonly<Record<string, string>>;
};

/** The newest engine that the Go module proxy serves. It is at most a little newer than the SDK, whose next version refuses Node 20. */
export const engineVersion = "3.250.0";

/** The versions of Pulumi's plugins whose answers these give: the packages of the SDK ask for theirs by the same number. */
export const pluginVersions = {
  kubernetes: peerDependencies["@pulumi/kubernetes"] ?? "",
  docker: peerDependencies["@pulumi/docker"] ?? "",
} as const;
