import { existsSync } from "node:fs";
import { UserError } from "@canary-lab/kit/user-error";
import type { Variables } from "@canary-lab/kit/variables";
import { type LabRecords, readRecords, recordedEnvironment } from "./lab-records.ts";
import { mustBeSameCluster } from "./same-cluster.ts";
import {
  type ClusterConfig,
  isNamedByUser,
  printedForOther,
  printedVariable,
  registryVariable,
  variablesOf,
} from "./stack-environment.ts";

/**
 * The variables by which the program finds its stack's cluster. Plain `pulumi` may run in a shell that `canaryctl env` prepared for another
 * stack, or for a cluster that was there before: what the last `up` of the stack noted goes before them, as it does for canaryctl.
 *
 * @param config what the stack's own config says
 * @throws UserError where the config names another cluster than that `up`, or where nothing but another stack's variables names one
 */
export function clusterVariables(
  stack: string,
  config: ClusterConfig,
  variables: Variables = process.env,
  records: LabRecords = readRecords(),
  exists: (path: string) => boolean = existsSync,
): Variables {
  const name = `Pulumi.${stack}.yaml`;
  const own = variablesOf(stack, variables);
  const isNamed = config.kubeContext !== undefined || config.kubeconfig !== undefined || isNamedByUser(variables);
  const known = recordedEnvironment(stack, records) ?? (isNamed ? undefined : records.own);
  if (known) {
    mustBeSameCluster(config, known, { stack, name });
    const { kubeContext, kubeconfig, chartMirror } = known;
    // A runner may have its kubeconfig in another place each time: the context is what names the cluster.
    const isSameContext = isNamedByUser(variables) && own.CANARY_LAB_KUBE_CONTEXT === kubeContext;
    const isThere = !(isSameContext && own.CANARY_LAB_KUBECONFIG) && exists(kubeconfig);
    return {
      ...own,
      CANARY_LAB_KUBE_CONTEXT: kubeContext,
      ...(isThere && { CANARY_LAB_KUBECONFIG: kubeconfig }),
      ...registryVariable(known),
      ...(chartMirror && exists(chartMirror) && { CANARY_LAB_CHART_MIRROR: chartMirror }),
    };
  }
  const printed = printedForOther(stack, variables);
  if (printed !== undefined && !config.kubeContext) {
    throw new UserError(
      `The cluster of stack ${stack} is not known: the shell's variables are those of stack ${printed}, by \`canaryctl env\`.`,
      {
        place: printedVariable,
        allowed: `kubeContext in ${name}, or a shell with the variables of stack ${stack}`,
        first: "open another shell, or set kubeContext",
        next: "npx canaryctl up",
      },
    );
  }
  return own;
}
