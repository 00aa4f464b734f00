import type { ClusterName } from "../cluster/kubeconfig-file.ts";
import { buildTag } from "../components/image/render-built-image.ts";
import { missingCharts } from "./charts.ts";
import { configError } from "./config/parse-config.ts";
import type { LabConfig } from "./config/schema.ts";

/**
 * Where a config points to. `canaryctl` gives the place by environment variables, so a stack's config need not.
 *
 * @throws UserError where no context is named (the current one is never taken), where a file or folder that is named is not there, where
 * a mirror lacks a chart that the stack installs, or where images must be built and there is no registry to push them to
 */
export function targetOf(config: LabConfig, place: string, exists: (path: string) => boolean): ClusterName {
  const problems: string[] = [];
  const { kubeContext, kubeconfig, chartMirror, imageRegistry } = config;
  if (!kubeContext) {
    problems.push("kubeContext is not set; allowed: a context of the kubeconfig (the current one is never taken)");
  }
  for (const [key, path] of Object.entries({ kubeconfig, chartMirror })) {
    if (path && !exists(path)) problems.push(`${key} is "${path}", which does not exist; allowed: a path that does`);
  }
  if (chartMirror && exists(chartMirror)) problems.push(...missingCharts(config, exists));
  const built = builtImages(config);
  if (built.length > 0 && !imageRegistry) {
    problems.push(
      `imageRegistry is not set, and ${built.join(" and ")} must be pushed; allowed: a registry that the cluster pulls from`,
    );
  }
  if (!kubeContext || problems.length > 0) {
    const isSet = kubeContext && (imageRegistry || built.length === 0);
    throw configError(problems, place, isSet ? undefined : 'eval "$(npx canaryctl env)"');
  }
  return { kubeContext, ...(kubeconfig && { kubeconfig }) };
}

/** The images of a config that are built here, and so need a registry. */
export function builtImages(config: LabConfig): readonly string[] {
  const { stableImage, canaryImage, canaryEnabled, clientImage } = config;
  const used = [stableImage, ...(canaryEnabled ? [canaryImage] : []), clientImage];
  return used.filter((reference) => buildTag(reference) !== undefined);
}
