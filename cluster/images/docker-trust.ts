import { readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Variables, variable } from "@canary-lab/kit/variables";
import type { RegistryTrust } from "./read-registry.ts";

/** Where Docker's daemon has the authorities of registries; Docker Desktop has them beside its config file. */
const daemonFolder = "/etc/docker";

/**
 * What Docker has of a registry: the credentials that its config file holds itself, for those of a helper are not asked for, and the
 * authorities in `certs.d/HOST[:PORT]/*.crt` (docs.docker.com/engine/security/certificates), beside those that Node trusts in any case.
 */
export function dockerTrust(environment: Variables, daemon = daemonFolder): RegistryTrust {
  const folder = variable(environment, "DOCKER_CONFIG") ?? join(variable(environment, "HOME") ?? homedir(), ".docker");
  return {
    credentials: (account) => {
      try {
        const auth: unknown = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")).auths[account].auth;
        return typeof auth === "string" && auth !== "" ? auth : undefined;
      } catch {
        return undefined; // not there, or not for this registry
      }
    },
    authorities: (host) => [daemon, folder].flatMap((place) => certificatesIn(join(place, "certs.d", host))),
  };
}

function certificatesIn(folder: string): readonly string[] {
  const names = ifReadable(() => readdirSync(folder)) ?? [];
  return names
    .filter((name) => name.endsWith(".crt"))
    .flatMap((name) => ifReadable(() => readFileSync(join(folder, name), "utf8")) ?? []);
}

/** Undefined for what is not there, or not ours to read. */
function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
