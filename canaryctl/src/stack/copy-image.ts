import { readFileSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { onPath } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { type Variables, variable } from "@canary-lab/kit/variables";
import { inLab } from "../../../cluster/lab-folder.ts";
import type { Environment } from "../../../cluster/target.ts";
import { InterruptedError } from "../engine/engine-failure.ts";
import { untilInterrupted } from "../until-interrupted.ts";

/** How a program copies an image with all its platforms, by digest. It reads credentials from Docker's config file alone. */
const programs: readonly (readonly [name: string, args: (from: string, to: string) => readonly string[]])[] = [
  ["crane", (from, to) => ["copy", from, to]],
  ["skopeo", (from, to) => ["copy", "--all", "--preserve-digests", `docker://${from}`, `docker://${to}`]],
];

/** Docker's config file, as far as it says how to log in. */
interface DockerConfig {
  readonly auths?: Readonly<Record<string, object>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

/** What is copied where, each by its reference. */
export interface ImageCopy {
  readonly from: string;
  readonly to: string;
  /** The command that goes on from here when the copy can be made. */
  readonly next: string;
}

/** One config for two registries. For a registry that both know the first counts, as does its store of credentials. */
export const mergedConfig = (first: DockerConfig, second: DockerConfig): DockerConfig => {
  const credsStore = first.credsStore ?? second.credsStore;
  return {
    auths: { ...second.auths, ...first.auths },
    credHelpers: { ...second.credHelpers, ...first.credHelpers },
    ...(credsStore !== undefined && { credsStore }),
  };
};

/**
 * Copies an image from one registry to another. The digest is in the source's name: another image cannot arrive.
 *
 * @param ways of the two stacks: their tools and their credentials
 * @throws UserError where there is no program for it, or it fails; InterruptedError after Ctrl-C
 */
export async function copyImage(
  copy: ImageCopy,
  ways: { readonly from: Environment; readonly to: Environment },
  user: Variables = process.env,
): Promise<void> {
  const path = [...ways.from.path, ...ways.to.path, user.PATH ?? ""].join(delimiter);
  const found = programs.flatMap(([name, args]) => {
    const file = onPath(name, path);
    return file === undefined ? [] : [{ file, args }];
  })[0];
  if (!found) throw noProgram(copy);
  const config = mergedConfig(configOf(ways.from, user), configOf(ways.to, user));
  const { execa } = await import("execa");
  const authorities = [ways.from, ways.to].flatMap(({ registryAuthority }) => registryAuthority ?? []);
  const { isInterrupted, exitCode, said } = await untilInterrupted((signal) =>
    withRegistries(config, [...new Set(authorities)], user, async (registries) => {
      const env = { ...ways.from.variables, ...ways.to.variables, PATH: path, ...registries };
      const args = found.args(copy.from, copy.to);
      const { exitCode, stderr, message } = await execa(found.file, args, { reject: false, env, cancelSignal: signal });
      // At a terminal Ctrl-C reaches the program too, which may have failed by it already.
      return { isInterrupted: signal.aborted, exitCode, said: String(stderr || message || "").trim() };
    }),
  );
  if (isInterrupted) throw interrupted(copy);
  if (exitCode !== 0) throw failed(copy, said);
}

/** Where Go looks for authorities on Linux when SSL_CERT_DIR does not say (crypto/x509, root_linux.go). */
const systemAuthorities = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/**
 * Runs `work` with the variables by which a program reads this config, and trusts these authorities beside those that it would. The files
 * stand in a folder for that time only.
 *
 * @param authorities absolute paths of certificates, PEM
 */
async function withRegistries<T>(
  config: DockerConfig,
  authorities: readonly string[],
  user: Variables,
  work: (variables: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const folder = inLab(`registries-${process.pid}`);
  const file = join(folder, "config.json");
  const trusted = join(folder, "authorities");
  try {
    writePrivateFile(file, JSON.stringify(config));
    for (const [index, authority] of authorities.entries())
      writePrivateFile(join(trusted, `${index}.pem`), readFileSync(authority, "utf8"));
    const others = variable(user, "SSL_CERT_DIR")?.split(delimiter) ?? systemAuthorities;
    const trust = authorities.length > 0 && { SSL_CERT_DIR: [trusted, ...others].join(delimiter) };
    return await work({ DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: file, ...trust });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function configOf({ variables }: Environment, user: Variables): DockerConfig {
  const folder = variables.DOCKER_CONFIG ?? variable(user, "DOCKER_CONFIG") ?? join(homedir(), ".docker");
  const text = readIfThere(join(folder, "config.json"));
  if (text === undefined) return {};
  try {
    return JSON.parse(text) as DockerConfig;
  } catch (cause) {
    throw new UserError(`Docker's config file is no JSON: ${(cause as Error).message}`, {
      place: join(folder, "config.json"),
      cause,
    });
  }
}

const noProgram = ({ from, to, next }: ImageCopy): UserError =>
  new UserError(`${from} must be copied to ${to}, and no program for it is here.`, {
    place: "PATH",
    allowed: programs.map(([name]) => name).join(" or "),
    first: "install crane (go install github.com/google/go-containerregistry/cmd/crane@v0.22.1) or skopeo",
    next,
  });

const interrupted = ({ to, next }: ImageCopy): InterruptedError =>
  new InterruptedError(`Interrupted. Not all of the image is at ${to} yet, and no release has begun.`, { next });

const failed = ({ from, to, next }: ImageCopy, said: string): UserError =>
  new UserError(`The image could not be copied from ${from} to ${to}: ${said.split("\n").at(-1)}`, {
    place: to,
    allowed: "registries that this machine reaches, with credentials by `docker login`",
    next,
  });
