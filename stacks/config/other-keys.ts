import { projectName } from "../stack-name.ts";
import { nearest } from "./suggestion.ts";

/** Whose keys something reads beside the program: the engine, and the provider that builds images. */
const readers: readonly string[] = [projectName, "pulumi", "docker"];

/** A sentence for each key that is another program's or nobody's: a setting that does nothing should not look like one that does. */
export const unreadKeys = (keys: readonly string[]): readonly string[] =>
  keys.flatMap((key) => {
    const [prefix = "", name = ""] = key.split(":");
    if (!key.includes(":") || readers.includes(prefix) || isProviderKey(key)) return [];
    const near = nearest(prefix, [projectName]);
    return [`Nothing reads ${key} in the stack's config${near ? `; did you mean ${near}:${name}?` : "."}`];
  });

/** A key of this project without its prefix; undefined for another's. */
export function ownKey(key: string): string | undefined {
  if (!key.includes(":")) return key;
  return key.startsWith(`${projectName}:`) ? key.slice(projectName.length + 1) : undefined;
}

/** The Kubernetes provider's settings: whoever sets them expects another cluster than the one that is used. */
export const isProviderKey = (key: string): boolean => key.startsWith("kubernetes:");

export const providerKeyProblem = (key: string): string =>
  `${key} is set, and the program reads it nowhere: its cluster is that of kubeContext and kubeconfig; allowed: those keys`;
