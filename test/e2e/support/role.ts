import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { inLab, repositoryRoot } from "../../../cluster/lab-folder.ts";
import type { Environment } from "../../../cluster/target.ts";
import { parseConfig } from "../../../stacks/config/parse-config.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { recordedEnvironment } from "../../../stacks/lab-records.ts";
import type { RoleName } from "../../../stacks/role-names.ts";
import { type Outcome, run, userEnvironment } from "./command.ts";
import { canaryctlFile, labShell, namespace } from "./lab.ts";

/** The kubeconfig that `canaryctl kubeconfig` writes for a role. */
export const roleFile = (role: RoleName): string => inLab("accounts", `dev-${role}.yaml`);

/** As the cluster knows whoever has it. */
export const roleAccount = (role: RoleName): string => `system:serviceaccount:${namespace}:versioned-echo-${role}`;

export function labEnvironment(): Environment {
  const found = recordedEnvironment("dev");
  if (!found) throw new Error("The lab is not up.");
  return found;
}

/** How whoever has the kubeconfig of a role names it. */
const byRole = (role: RoleName) => ({
  CANARY_LAB_KUBE_CONTEXT: labEnvironment().kubeContext,
  CANARY_LAB_KUBECONFIG: roleFile(role),
});

/** The variables of a user who named no stack. */
export const { CANARY_LAB_ENV: _, ...user } = userEnvironment();

/** A command of canaryctl by the kubeconfig of a role. */
export const as = (role: RoleName, ...args: readonly string[]): Promise<Outcome> =>
  run(canaryctlFile, args, { env: { ...user, ...byRole(role) }, timeoutSeconds: 300 });

/** Plain pulumi by the kubeconfig of a role. */
export const pulumiAs = async (role: RoleName, ...args: readonly string[]): Promise<Outcome> =>
  run("pulumi", ["--non-interactive", ...args], {
    env: { ...(await labShell()), ...byRole(role) },
    timeoutSeconds: 300,
  });

/** The stack's config as the program reads it. */
export function programConfig(): LabConfig {
  const { config: values } = parse(readFileSync(`${repositoryRoot}/Pulumi.dev.yaml`, "utf8")) as {
    readonly config: Readonly<Record<string, string>>;
  };
  return parseConfig(
    Object.fromEntries(Object.entries(values).map(([key, value]) => [key.replace(/^canary-lab:/, ""), value])),
  );
}

/** The changes of a kind of object that the API server wrote down of an account, the oldest first. */
export const audited = (account: string, resource: string): readonly string[] =>
  readFileSync(inLab("logs", "audit.log"), "utf8")
    .split("\n")
    .filter((line) => line.includes(account))
    .map((line) => JSON.parse(line))
    .filter(({ user: who, objectRef }) => who.username === account && objectRef.resource === resource)
    .map(({ verb, objectRef, responseStatus }) => `${verb} ${objectRef.resource} ${responseStatus.code}`);
