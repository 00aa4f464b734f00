import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import { buildCommand, type DockerAbilities, type DockerCommand, dockerConfig, pushedDigest } from "./arguments.ts";
import { dockerFailure, noDocker } from "./failure.ts";
import { type ImageSpec, repositoryOf } from "./image.ts";
import { isLost } from "./registry.ts";

const givenUp = (): UserError => new UserError("The build was given up, because the update was.");

/** Builds and pushes with the `docker` command that is on PATH, at the daemon that the environment names. */
export class Docker {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #running = new Set<ChildProcess>();
  readonly #makes = new Set<Promise<string>>();
  /** The last build of each context. */
  readonly #builds = new Map<string, Promise<unknown>>();
  #isStopped = false;
  #abilities: Promise<DockerAbilities> | undefined;

  constructor(environment: NodeJS.ProcessEnv) {
    this.#environment = environment;
  }

  /**
   * Builds an image and, where it asks for it and `push` allows it, pushes it.
   *
   * @param tell called with each line that Docker prints
   * @returns `repository@sha256:…` as the registry knows it, or the image's local id where it is not pushed
   * @throws UserError where there is no Docker, the build fails, the registry refuses, or {@link stop} came first
   */
  async make(image: ImageSpec, push: boolean, tell: (line: string) => void): Promise<string> {
    const made = this.#make(image, push, tell);
    this.#makes.add(made);
    try {
      return await made;
    } finally {
      this.#makes.delete(made);
    }
  }

  /** Whether the registry has lost an image that was pushed to it: {@link isLost}. */
  isLost(repoDigest: string, image: ImageSpec): Promise<boolean> {
    return isLost(repoDigest, image, this.#environment);
  }

  /** Ends what runs, and waits until it has cleaned up after itself. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const child of this.#running) child.kill();
    await Promise.allSettled(this.#makes);
  }

  async #make(image: ImageSpec, push: boolean, tell: (line: string) => void): Promise<string> {
    const folder = mkdtempSync(join(tmpdir(), "canary-lab-image-"));
    try {
      const idFile = join(folder, "id");
      const build = buildCommand(image, idFile, await this.#findAbilities());
      const built = await this.#inTurn(image.context, () => this.#run(build, tell));
      if (built.failed) throw dockerFailure("build", image, built.output, this.#environment.DOCKER_HOST);
      if (!push || image.skipPush) return readFileSync(idFile, "utf8").trim();

      const config = dockerConfig(image);
      if (config) writePrivateFile(join(folder, "config.json"), config);
      const environment: Record<string, string> = config ? { DOCKER_CONFIG: folder } : {};
      const pushed = await this.#run({ args: ["push", image.imageName], environment }, tell);
      if (pushed.failed) throw dockerFailure("push", image, pushed.output, this.#environment.DOCKER_HOST);
      const digest = pushedDigest(pushed.output);
      if (!digest) {
        throw new UserError(`The push of ${image.imageName} reported no digest.`, { place: image.imageName });
      }
      return `${repositoryOf(image.imageName)}@${digest}`;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /**
   * One build of a context after another. Two at once would each make the layers that they share, and the old builder would go by the layers of
   * one of them later: the image of the other one, built again from the same source, would have another digest.
   */
  #inTurn<T>(context: string, build: () => Promise<T>): Promise<T> {
    const before = this.#builds.get(context) ?? Promise.resolve();
    const built = before.catch(() => {}).then(build);
    this.#builds.set(context, built);
    return built;
  }

  #findAbilities(): Promise<DockerAbilities> {
    this.#abilities ??= (async () => {
      const ask = (...args: string[]) => this.#run({ args, environment: {} }, () => {});
      // The newer builder is a plugin of its own since Docker 23, and where it is missing the command refuses to build.
      const [buildx, bridge] = await Promise.all([ask("buildx", "version"), ask("network", "inspect", "bridge")]);
      return {
        hasBuildKit: !buildx.failed,
        hasBridge: !(bridge.failed && /no such network|not found/i.test(bridge.output)),
      };
    })();
    return this.#abilities;
  }

  async #run(command: DockerCommand, tell: (line: string) => void): Promise<{ failed: boolean; output: string }> {
    if (this.#isStopped) throw givenUp();
    const child = spawn("docker", command.args, {
      env: { ...this.#environment, ...command.environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#running.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on("line", (line) => {
        output += `${line}\n`;
        if (line.trim() !== "") tell(line);
      });
    }
    try {
      const [code] = await once(child, "close");
      if (this.#isStopped) throw givenUp();
      return { failed: code !== 0, output };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") throw noDocker();
      throw error;
    } finally {
      this.#running.delete(child);
    }
  }
}
