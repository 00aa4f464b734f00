import type { ClusterName } from "../cluster/kubeconfig-file.ts";
import { missingCharts } from "./charts.ts";
import { configError } from "./config/parse-config.ts";
import type { LabConfig } from "./config/schema.ts";

/**
 * Where a config points to. `canaryctl` gives the place by environment variables, so a stack's config need not.
 *
 * @throws UserError where no context is named (the current one is never taken), where a file or folder that is named is not there, or
 * where a mirror lacks a chart that the stack installs
 */
export function targetOf(config: LabConfig, place: string, exists: (path: string) => boolean): ClusterName {
  const problems: string[] = [];
  const { kubeContext, kubeconfig, chartMirror } = config;
  if (!kubeContext) {
    problems.push("kubeContext is not set; allowed: a context of the kubeconfig (the current one is never taken)");
  }
  for (const [key, path] of Object.entries({ kubeconfig, chartMirror })) {
    if (path && !exists(path)) problems.push(`${key} is "${path}", which does not exist; allowed: a path that does`);
  }
  if (chartMirror && exists(chartMirror)) problems.push(...missingCharts(config, exists));
  if (!kubeContext || problems.length > 0) {
    throw configError(problems, place, kubeContext ? undefined : 'eval "$(npx canaryctl env)"');
  }
  return { kubeContext, ...(kubeconfig && { kubeconfig }) };
}
