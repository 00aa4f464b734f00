import type { LabConfig } from "./lab-config.ts";

/** Not part of what an update applies: the weight, which commands move by themselves, and what says where the cluster is. */
const elsewhere: ReadonlySet<string> = new Set<keyof LabConfig>([
  "canaryWeight",
  "kubeContext",
  "kubeconfig",
  "imageRegistry",
  "chartMirror",
]);

/** The part of a config that is noted on the Namespace when an update applies it. None of a lab's config is a secret. */
export const appliedConfig = (config: LabConfig): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(config).filter(([key]) => !elsewhere.has(key)));
