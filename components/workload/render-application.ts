import { createHash } from "node:crypto";
import type { ApplicationName } from "../../canary/application-name.ts";

/** How an application is released. */
export interface ReleaseSpec extends ApplicationName {
  /** The stack that it belongs to, by its full name: `organization/project/stack`. */
  readonly stack: string;
  /** The config that an update applies, without what a command moves by itself and what says where the cluster is. */
  readonly applied: Readonly<Record<string, string>>;
  readonly strategy: string;
  readonly canaryEnabled: boolean;
  /** The label by which pods get sidecars; default: that of the lab's own mesh. */
  readonly sidecarLabels?: Readonly<Record<string, string>>;
  /** Further labels of its namespace. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** The weights of its plan, where its policy looks at them. */
  readonly ladder?: readonly number[] | undefined;
  /** What the application stands on, where its stack did not install that. */
  readonly platformFacts?: object;
}

/**
 * What a namespace says of itself: which strategy it is under and whether a release is on its way, so that a switch in the middle can be
 * refused; which stack it belongs to, so that no other one touches it; and the config that was applied last, so that a command that only
 * moves traffic can name what is pending. Where another stack, or somebody else, installed the platform, its facts stand here too: whose it
 * is, so that its owner finds who uses it. The hash tells at a glance, and in `kubectl`, whether two namespaces run the same.
 */
export const strategyAnnotation = "canary-lab/strategy";
export const canaryAnnotation = "canary-lab/canary";
export const stackAnnotation = "canary-lab/stack";
export const configAnnotation = "canary-lab/config";
export const platformAnnotation = "canary-lab/platform";
export const configHashAnnotation = "canary-lab/config-hash";
export const planAnnotation = "canary-lab/plan";

/** Those that each namespace of an application has. */
export const namespaceNotes = [
  stackAnnotation,
  strategyAnnotation,
  canaryAnnotation,
  configAnnotation,
  configHashAnnotation,
] as const;

/** JSON with sorted keys, at every depth: the same values give the same text. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([one], [other]) => (one < other ? -1 : 1)))
      : item,
  );

/** The first 16 hexadecimal digits of the SHA-256 of a config's {@link canonicalJson}. */
const configHash = (applied: ReleaseSpec["applied"]): string =>
  createHash("sha256").update(canonicalJson(applied)).digest("hex").slice(0, 16);

/** Pods that are created in a namespace with this label get a sidecar, those that are already there do not. */
export const sidecarLabels = { "istio-injection": "enabled" } as const;

export const renderNamespace = (spec: ReleaseSpec) => ({
  metadata: {
    name: spec.namespace,
    labels: { ...spec.labels, ...(spec.sidecarLabels ?? sidecarLabels) },
    annotations: {
      [strategyAnnotation]: spec.strategy,
      [canaryAnnotation]: String(spec.canaryEnabled),
      [stackAnnotation]: spec.stack,
      [configAnnotation]: canonicalJson(spec.applied),
      [configHashAnnotation]: configHash(spec.applied),
      ...(spec.ladder && { [planAnnotation]: spec.ladder.join(" ") }),
      ...(spec.platformFacts && { [platformAnnotation]: canonicalJson(spec.platformFacts) }),
    },
  },
});
