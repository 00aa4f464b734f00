import { hostPlatform, type ImageSpec, registryOf } from "./image.ts";

/** A run of the `docker` command: its arguments, and the variables that go on top of the plugin's own. */
export interface DockerCommand {
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What a Docker can do. */
export interface DockerAbilities {
  /** Whether it builds with BuildKit, which without its plugin it refuses to. */
  readonly hasBuildKit: boolean;
  /** Whether it has its default network; where not, a build gets the host's, or its instructions would reach nothing. */
  readonly hasBridge: boolean;
}

/** Variables that Docker's command reads, and those of the loader, the shell and the Go and Node runtimes below it. */
const read = [
  ...["DOCKER_.*", "BUILDKIT_.*", "BUILDX_.*", "COMPOSE_.*", "OTEL_.*", ".*_PROXY", "SSL_CERT_.*", "SSH_.*", "XDG_.*"],
  ...["LD_.*", "DYLD_.*", "MALLOC_.*", "LC_.*", "LANG", "TZ", "TMPDIR", "PATH", "HOME", "USER", "SHELL", "PWD"],
  ...["ENV", "BASH_.*", "IFS", "GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "GOTRACEBACK", "GOCOVERDIR"],
  ...["NODE_OPTIONS", "NODE_PATH", "NODE_EXTRA_CA_CERTS"],
];
const readByPrograms = new RegExp(`^(${read.join("|")})$`, "i");

/** Whether a variable of this name would change the docker command itself instead of only reaching the build. */
const isReserved = (name: string): boolean => readByPrograms.test(name);

/**
 * The build of an image. Build arguments may be secrets, and argv is for all to see: their values go through the environment,
 * where `--build-arg NAME` finds them. Only the values of names that the command itself would heed are arguments.
 *
 * @param idFile where Docker writes the image's id
 */
export function buildCommand(image: ImageSpec, idFile: string, daemon: DockerAbilities): DockerCommand {
  const args = Object.entries(image.args);
  const isV1 = image.builderVersion === "BuilderV1" || (image.builderVersion === "" && !daemon.hasBuildKit);
  const network = image.network || (daemon.hasBridge ? "" : "host");
  return {
    args: [
      "build",
      ...["--tag", image.imageName],
      ...["--file", image.dockerfile],
      ...["--iidfile", idFile],
      ...args.flatMap(([name, value]) => ["--build-arg", isReserved(name) ? `${name}=${value}` : name]),
      // The old builder wants to be an experimental one to take a platform; what it builds for anyway need not be said.
      ...(image.platform && image.platform !== hostPlatform ? ["--platform", image.platform] : []),
      ...(image.target ? ["--target", image.target] : []),
      ...(network ? ["--network", network] : []),
      ...image.addHosts.flatMap((host) => ["--add-host", host]),
      image.context,
    ],
    environment: {
      ...Object.fromEntries(args.filter(([name]) => !isReserved(name))),
      DOCKER_BUILDKIT: isV1 ? "0" : "1",
      BUILDKIT_PROGRESS: "plain",
    },
  };
}

/** Where a registry's credentials belong in Docker's configuration. Docker Hub has a name of its own there. */
function credentialsKey(image: ImageSpec): string {
  const host = (image.registry.server || registryOf(image.imageName) || "docker.io")
    .replace(/^https?:\/\//, "")
    .replace(/\/.*$/, "");
  const isHub = ["docker.io", "index.docker.io", "registry-1.docker.io"].includes(host);
  return isHub ? "https://index.docker.io/v1/" : host;
}

/** The Docker configuration with the credentials of the program, undefined where it gives none and the user's own is used. */
export function dockerConfig(image: ImageSpec): string | undefined {
  const { username, password } = image.registry;
  if (!username || !password) return undefined;
  const auth = Buffer.from(`${username}:${password}`).toString("base64");
  return JSON.stringify({ auths: { [credentialsKey(image)]: { auth } } });
}

/** The digest that a registry gave an image, out of what `docker push` printed: `sha256:…`. */
export const pushedDigest = (output: string): string | undefined =>
  /\bdigest: (sha256:[0-9a-f]{64})\b/.exec(output)?.[1];
