import { type JsonObject, listAt, objectAt, textAt } from "../json.ts";
import { hasUnknown } from "../values.ts";

/** An image to build, every value known. */
export interface ImageSpec {
  /** `host[:port]/repository[:tag]`; without a host where it is not pushed. */
  readonly imageName: string;
  /** Folder, relative to the program's. */
  readonly context: string;
  /** File, relative to the program's folder. */
  readonly dockerfile: string;
  readonly args: Readonly<Record<string, string>>;
  /** `os/architecture`. */
  readonly platform: string;
  /** Stage of the Dockerfile; empty for the last. */
  readonly target: string;
  /** Network of RUN instructions; empty for Docker's default. */
  readonly network: string;
  /** `name:address` each. */
  readonly addHosts: readonly string[];
  /** `BuilderV1` or `BuilderBuildKit`; empty for what Docker prefers. */
  readonly builderVersion: string;
  readonly skipPush: boolean;
  readonly buildOnPreview: boolean;
  /** Who pushes; empty where the user's own Docker configuration says so. */
  readonly registry: { readonly server: string; readonly username: string; readonly password: string };
}

/** The platform that is built for where the program does not say. */
export const hostPlatform = `linux/${process.arch === "x64" ? "amd64" : process.arch}`;

/** The registry that an image name names: what stands before its first slash, where that looks like a host. */
export function registryOf(imageName: string): string | undefined {
  const [host = "", ...rest] = imageName.split("/");
  return rest.length > 0 && (/[.:]/.test(host) || host === "localhost") ? host : undefined;
}

/** An image name without its tag. */
export const repositoryOf = (imageName: string): string => imageName.replace(/:[^:/]*$/, "");

/** Whether checked inputs say enough to build; who pushes does not matter to a build. */
export const isBuildable = (inputs: JsonObject): boolean =>
  !hasUnknown(inputs.imageName) && !hasUnknown(inputs.build) && !hasUnknown(inputs.buildOnPreview);

/** The image that checked inputs ask for. */
export const imageOf = (inputs: JsonObject): ImageSpec => ({
  imageName: textAt(inputs, "imageName"),
  context: textAt(inputs, "build", "context"),
  dockerfile: textAt(inputs, "build", "dockerfile"),
  args: Object.fromEntries(
    Object.entries(objectAt(inputs, "build", "args") ?? {}).map(([name, value]) => [name, String(value)]),
  ),
  platform: textAt(inputs, "build", "platform"),
  target: textAt(inputs, "build", "target"),
  network: textAt(inputs, "build", "network"),
  addHosts: listAt(inputs, "build", "addHosts").map(String),
  builderVersion: textAt(inputs, "build", "builderVersion"),
  skipPush: inputs.skipPush === true,
  buildOnPreview: inputs.buildOnPreview === true,
  registry: {
    server: textAt(inputs, "registry", "server"),
    username: textAt(inputs, "registry", "username"),
    password: textAt(inputs, "registry", "password"),
  },
});
