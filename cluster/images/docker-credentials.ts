import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type Variables, variable } from "@canary-lab/kit/variables";
import type { Credentials } from "./read-registry.ts";

/** The credentials that Docker's config file holds itself. Those of a credential helper are not asked for. */
export function dockerCredentials(environment: Variables): Credentials {
  const folder = variable(environment, "DOCKER_CONFIG") ?? join(variable(environment, "HOME") ?? homedir(), ".docker");
  return (account) => {
    try {
      const auth: unknown = JSON.parse(readFileSync(join(folder, "config.json"), "utf8")).auths[account].auth;
      return typeof auth === "string" && auth !== "" ? auth : undefined;
    } catch {
      return undefined; // not there, or not for this registry
    }
  };
}
