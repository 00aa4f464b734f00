import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { plainRequest } from "@canary-lab/kit/http";
import { dockerConfig } from "./arguments.ts";
import { type ImageSpec, registryOf } from "./image.ts";

const timeoutMilliseconds = 5000;

/**
 * Whether the registry says that an image which was pushed is not there any more. The Docker daemon asks the registry, for it is
 * the daemon that trusts it and can push to it again. Whatever else comes back, such as no answer, does not count as lost.
 *
 * @param repoDigest `repository@sha256:…`; a local id was never pushed and is never lost
 */
export async function isLost(repoDigest: string, image: ImageSpec, environment: NodeJS.ProcessEnv): Promise<boolean> {
  const socket = /^unix:\/\/(.+)/.exec(environment.DOCKER_HOST ?? "unix:///var/run/docker.sock")?.[1];
  if (socket === undefined || !/@sha256:[0-9a-f]{64}$/.test(repoDigest)) return false;
  const config = dockerConfig(image) ?? userConfig(environment);
  const answer = await ask(socket, `/distribution/${repoDigest}/json`, registryAuth(config, registryOf(repoDigest)));
  return answer?.status === 404 && /\b(manifest|name) unknown\b/.test(answer.body);
}

/** The header by which the daemon gets a registry's credentials. Empty where Docker's configuration holds none itself. */
export function registryAuth(config: string, registry: string | undefined): Record<string, string> {
  const auth = textOf(() => JSON.parse(config).auths[registry ?? "https://index.docker.io/v1/"].auth);
  const [, username, password] = /^([^:]+):(.+)$/s.exec(Buffer.from(auth, "base64").toString()) ?? [];
  if (username === undefined) return {};
  const credentials = JSON.stringify({ username, password, serveraddress: registry ?? "" });
  // The URL's alphabet, but padded: without padding the daemon takes no credentials from it, and says nothing.
  const encoded = Buffer.from(credentials).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
  return { "X-Registry-Auth": encoded };
}

const userConfig = ({ DOCKER_CONFIG, HOME }: NodeJS.ProcessEnv): string =>
  textOf(() => readFileSync(join(DOCKER_CONFIG ?? join(HOME ?? homedir(), ".docker"), "config.json"), "utf8"));

/** What `read` finds, or nothing where it is not there or not of the expected form. */
function textOf(read: () => unknown): string {
  try {
    return String(read() ?? "");
  } catch {
    return "";
  }
}

/** The daemon's answer, undefined where there is none. */
function ask(
  socketPath: string,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number | undefined; readonly body: string } | undefined> {
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  return new Promise((resolve) => {
    const call = plainRequest({ socketPath, path, headers, signal, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        body += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, body }));
      response.on("error", () => resolve(undefined));
    });
    call.on("error", () => resolve(undefined));
    call.end();
  });
}
