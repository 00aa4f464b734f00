import { UserError } from "@canary-lab/kit/user-error";
import type { ImageSpec } from "./image.ts";

/** What was being done when Docker failed. */
export type DockerStep = "build" | "push";

const lastLines = (output: string, count: number): string =>
  output
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .map((line) => `    ${line}`)
    .join("\n");

/** A Docker that is not there at all. */
export const noDocker = (): UserError =>
  new UserError("The image cannot be built: there is no `docker` on PATH.", {
    place: "PATH",
    first: "put `docker` on PATH, or install Docker",
  });

/**
 * Why Docker failed, in words for the user.
 *
 * @param output all that the command printed
 * @param host DOCKER_HOST, if set
 */
export function dockerFailure(step: DockerStep, image: ImageSpec, output: string, host: string | undefined): UserError {
  const end = lastLines(output, 8);
  const daemon = host ?? "Docker's default address";
  if (/permission denied while trying to connect/i.test(output)) {
    return new UserError(`The Docker daemon does not let this user in.\n${end}`, {
      place: daemon,
      first: "add the user to the daemon's group, or run as root",
    });
  }
  if (/cannot connect to the docker daemon|error during connect|failed to connect to the docker api/i.test(output)) {
    return new UserError(
      `The image cannot be ${step === "build" ? "built" : "pushed"}: the Docker daemon does not answer.`,
      {
        place: daemon,
        first: "start Docker, or set DOCKER_HOST to one that runs",
      },
    );
  }
  if (
    step === "build" &&
    /dial tcp|no such host|tls handshake|i\/o timeout|pull access denied|manifest unknown/i.test(output)
  ) {
    return new UserError(`The image ${image.imageName} could not be built: its base image cannot be had.\n${end}`, {
      place: image.dockerfile,
      first: "pull or load the base image, then run the same command again",
    });
  }
  if (step === "build") {
    return new UserError(`The image ${image.imageName} could not be built. Docker's last words:\n${end}`, {
      place: image.dockerfile,
      first: "mend the Dockerfile or its sources, then run the same command again",
    });
  }
  if (/denied|unauthorized|authentication required|no basic auth credentials/i.test(output)) {
    return new UserError(
      `The registry refuses the image ${image.imageName}: the credentials are missing or not good enough.\n${end}`,
      {
        place: image.registry.server || image.imageName,
        allowed: "credentials from docker login, or the image's `registry`",
        next: `docker login ${image.registry.server}`.trimEnd(),
      },
    );
  }
  if (/server gave HTTP response to HTTPS client|x509|certificate/i.test(output)) {
    return new UserError(
      `The registry of ${image.imageName} is not trusted: its TLS certificate cannot be verified.\n${end}`,
      {
        place: image.registry.server || image.imageName,
        first: "let the Docker daemon trust the registry's certificate authority",
      },
    );
  }
  return new UserError(`The image ${image.imageName} could not be pushed. Docker's last words:\n${end}`, {
    place: image.registry.server || image.imageName,
    first: "check that the registry is up and can be reached from the Docker daemon",
  });
}
