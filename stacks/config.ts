import { existsSync } from "node:fs";
import { join } from "node:path";
import { readIfThere } from "@canary-lab/kit/private-files";
import { UserError } from "@canary-lab/kit/user-error";
import * as pulumi from "@pulumi/pulumi";
import { type ClusterName, findKubeconfig } from "../cluster/kubeconfig-file.ts";
import { repositoryRoot } from "../cluster/lab-folder.ts";
import { inApplication, scopeIn } from "./application-scope.ts";
import { clusterVariables } from "./cluster-variables.ts";
import { appliedValues } from "./config/applied-config.ts";
import { unreadKeys } from "./config/other-keys.ts";
import { parseConfig, type RawConfig, schemaDefaults } from "./config/parse-config.ts";
import { projectValues } from "./config/project-values.ts";
import type { LabConfig } from "./config/schema.ts";
import { servicesIn, serviceValues } from "./config/service-values.ts";
import { ambiguityError, ambiguousValues } from "./config/yaml-numbers.ts";
import { toldOfStack } from "./live/told.ts";
import type { ClusterConfig } from "./stack-environment.ts";
import { targetOf } from "./target.ts";

/** One application of a stack. */
export interface StackApplication {
  /** Undefined for the stack's own. */
  readonly service: string | undefined;
  readonly config: LabConfig;
  /** What is noted of the config. */
  readonly applied: Readonly<Record<string, string>>;
}

/** What a run of the program makes. */
export interface LoadedConfig {
  readonly config: LabConfig;
  readonly target: Required<ClusterName>;
  /** The stack's own and its services, or the one that the update is about. */
  readonly applications: readonly [StackApplication, ...StackApplication[]];
  /** Whether the stack has others, which the update is not about. */
  readonly isOfOne: boolean;
}

/**
 * The stack's config, checked: the only reader of Pulumi's. Call it before the first resource, so that a bad value stops the program
 * while nothing has been touched.
 *
 * @throws pulumi.RunError with the text of the UserError, which the engine prints without a stack
 */
export function loadConfig(): LoadedConfig {
  const stack = pulumi.getStack();
  const place = `Pulumi.${stack}.yaml`;
  try {
    refuseAmbiguous(place);
    const values = projectValues();
    const variables = clusterVariables(stack, namedCluster(values));
    const parse = (raw: RawConfig) => parseConfig(raw, variables, place);
    const scope = scopeIn(process.env);
    // What is about one application says nothing of the others but what they take of the platform.
    const config = scope ? { ...parse({ ...values, services: {} }), services: servicesIn(values) } : parse(values);
    const names = scope ? [] : Object.keys(config.services);
    for (const line of unreadKeys(Object.keys(pulumi.runtime.allConfig()))) void pulumi.log.warn(line);
    const target = targetOf(config, place, existsSync);
    return {
      config,
      target: { ...target, kubeconfig: findKubeconfig(target, variables.KUBECONFIG) },
      applications: [
        { service: scope?.service, config, applied: appliedValues(values) },
        ...names.map((service) => {
          const own = serviceValues(values, service, schemaDefaults());
          return { service, config: inApplication(service, () => parse(own)), applied: appliedValues(own) };
        }),
      ],
      isOfOne: scope !== undefined,
    };
  } catch (error) {
    throw error instanceof UserError ? new pulumi.RunError(toldOfStack(error)) : error;
  }
}

/** What the engine hands over has lost how it was written: the file says that, where the stack has one here. */
function refuseAmbiguous(place: string): void {
  const values = ambiguousValues(readIfThere(join(repositoryRoot, place)) ?? "");
  if (values.length > 0) throw ambiguityError(values, place);
}

/** An empty value names nothing. */
const namedCluster = ({ kubeContext, kubeconfig }: Readonly<Record<string, string>>): ClusterConfig => ({
  ...(kubeContext && { kubeContext }),
  ...(kubeconfig && { kubeconfig }),
});
