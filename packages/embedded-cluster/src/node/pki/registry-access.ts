import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import bcrypt from "bcryptjs";
import type { NodeLayout } from "../layout.ts";
import type { ClusterAddresses } from "../network/addresses.ts";
import { authorityFile } from "./files.ts";

const user = "canary-lab";

/**
 * bcrypt is the one hash that the registry takes. The registry computes it at each request, and a password of 256 random bits
 * needs no slow hash: this is bcrypt's lowest cost.
 */
const bcryptCost = 4;

/** The files by which the registry tells who may use it, and by which the image builder and containerd may. */
export const registryAccessFiles = ({ config }: NodeLayout) => ({
  /** Users and hashes, for the registry. */
  htpasswd: join(config, "registry.htpasswd"),
  /** DOCKER_CONFIG of whoever pushes, with the authority of the registry where Docker Desktop has it. */
  dockerConfig: join(config, "registry-access"),
  /** containerd's settings for registries. */
  containerdHosts: join(config, "registries"),
});

/** The `config.json` of a docker command that may push. It is the one place where the password is kept. */
export const renderDockerConfig = (registryHost: string, password: string): string =>
  `${JSON.stringify({ auths: { [registryHost]: { auth: basicCredentials(password) } } }, null, 2)}\n`;

const basicCredentials = (password: string): string => Buffer.from(`${user}:${password}`).toString("base64");

/** The password in such a file, undefined where there is none. */
export function passwordIn(registryHost: string, dockerConfig: string): string | undefined {
  try {
    const auth: unknown = JSON.parse(dockerConfig).auths[registryHost].auth;
    const [name, password] = Buffer.from(String(auth), "base64").toString().split(":");
    return name === user && password ? password : undefined;
  } catch {
    return undefined;
  }
}

/** What the registry asks for, once {@link ensureRegistryAccess} has made it. */
export function readCredentials(layout: NodeLayout, registryHost: string) {
  const config = readIfThere(join(registryAccessFiles(layout).dockerConfig, "config.json")) ?? "";
  return { username: user, password: passwordIn(registryHost, config) ?? "" };
}

/** How containerd pulls from the registry: with the password, and over TLS that is verified by the cluster's authority. */
export const renderRegistryHosts = (
  { pki }: NodeLayout,
  registryHost: string,
  password: string,
): string => `server = "https://${registryHost}"

[host."https://${registryHost}"]
  capabilities = ["pull", "resolve"]
  ca = ${JSON.stringify(authorityFile(pki, "ca"))}

[host."https://${registryHost}".header]
  authorization = "Basic ${basicCredentials(password)}"
`;

/** Whether the registry would let the password in by this file. */
export function admits(htpasswd: string, password: string): boolean {
  const [name, hash = ""] = htpasswd.trim().split(":");
  return name === user && bcrypt.compareSync(password, hash);
}

/**
 * Makes the password of the registry and the files that hold it or its hash; keeps what is there and agrees. Who has the password
 * may pull and push, and nobody else may do either.
 */
export function ensureRegistryAccess(layout: NodeLayout, { registryHost }: ClusterAddresses): void {
  const { htpasswd, dockerConfig, containerdHosts } = registryAccessFiles(layout);
  const configFile = join(dockerConfig, "config.json");
  const password = passwordIn(registryHost, readIfThere(configFile) ?? "") ?? randomBytes(32).toString("base64url");
  writePrivateFile(configFile, renderDockerConfig(registryHost, password));
  const authority = readFileSync(authorityFile(layout.pki, "ca"), "utf8");
  writePrivateFile(join(dockerConfig, "certs.d", registryHost, "ca.crt"), authority);
  writePrivateFile(
    join(containerdHosts, registryHost, "hosts.toml"),
    renderRegistryHosts(layout, registryHost, password),
  );
  // The hash has a random salt: written again it would differ, and the registry would be restarted for it.
  if (admits(readIfThere(htpasswd) ?? "", password)) return;
  writePrivateFile(htpasswd, `${user}:${bcrypt.hashSync(password, bcryptCost)}\n`);
}
