import { existsSync } from "node:fs";
import { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { type ClusterName, findKubeconfig } from "../cluster/kubeconfig-file.ts";
import { appliedValues } from "./config/applied-config.ts";
import { parseConfig } from "./config/parse-config.ts";
import type { LabConfig } from "./lab-config.ts";
import { toldOfStack } from "./live/told.ts";
import { targetOf } from "./target.ts";

/**
 * The stack's config, checked: the only reader of Pulumi's. Call it before the first resource, so that a bad value stops the program
 * while nothing has been touched.
 *
 * @throws pulumi.RunError with the text of the UserError, which the engine prints without a stack
 */
export function loadConfig(): {
  readonly config: LabConfig;
  readonly target: Required<ClusterName>;
  readonly applied: Readonly<Record<string, string>>;
} {
  const place = `Pulumi.${pulumi.getStack()}.yaml`;
  try {
    const values = projectValues();
    const config = parseConfig(values, process.env, place);
    const target = targetOf(config, place, existsSync);
    return {
      config,
      target: { ...target, kubeconfig: findKubeconfig(target, process.env.KUBECONFIG) },
      applied: appliedValues(values),
    };
  } catch (error) {
    throw error instanceof UserError ? new pulumi.RunError(toldOfStack(error)) : error;
  }
}

/** All values in the project's own namespace, unknown keys too, which `pulumi.Config` alone would never show. */
function projectValues(): Record<string, string> {
  const prefix = `${pulumi.getProject()}:`;
  const own = Object.entries(pulumi.runtime.allConfig()).filter(([key]) => key.startsWith(prefix));
  return Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value]));
}
