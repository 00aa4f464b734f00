import { isDeepStrictEqual } from "node:util";
import { type Fields, selectContext } from "@canary-lab/kit/kube/kubeconfig";
import { type JsonObject, textAt } from "../json.ts";
import { unknown } from "../values.ts";
import { kubeconfigFrom } from "./api/kubeconfig.ts";
import type { Mutability } from "./objects/immutable.ts";

/** The provider's own configuration: what the program gave, else the environment, else the default. */
export interface Settings {
  /** Path or text; empty: the user's ambient one. */
  readonly kubeconfig: string;
  readonly context: string;
  readonly cluster: string;
  /** Namespace for objects that name none; empty: the context's. */
  readonly namespace: string;
  /** Folder to write manifests to instead of applying them; empty: apply. */
  readonly renderDirectory: string;
  readonly serverSideApply: boolean;
  readonly patchForce: boolean;
  readonly upsert: boolean;
  readonly deleteUnreachable: boolean;
  readonly skipUnreachable: boolean;
  readonly mutability: Mutability;
}

export function readSettings(
  variables: ReadonlyMap<string, string>,
  environment: NodeJS.ProcessEnv = process.env,
): Settings {
  const text = (name: string): string => variables.get(`kubernetes:config:${name}`) ?? "";
  const flag = (name: string, variable: string, fallback = false): boolean => {
    const value = variables.get(`kubernetes:config:${name}`) ?? environment[`PULUMI_K8S_${variable}`];
    return value === undefined ? fallback : value === "true";
  };
  return {
    kubeconfig: text("kubeconfig"),
    context: text("context"),
    cluster: text("cluster"),
    namespace: text("namespace"),
    renderDirectory: text("renderYamlToDirectory"),
    serverSideApply: flag("enableServerSideApply", "ENABLE_SERVER_SIDE_APPLY", true),
    patchForce: flag("enablePatchForce", "ENABLE_PATCH_FORCE"),
    upsert: flag("upsertExistingObjects", "UPSERT_EXISTING_OBJECTS"),
    deleteUnreachable: flag("deleteUnreachable", "DELETE_UNREACHABLE"),
    skipUnreachable: flag("skipUpdateUnreachable", "SKIP_UPDATE_UNREACHABLE"),
    mutability: {
      configMaps: flag("enableConfigMapMutable", "ENABLE_CONFIGMAP_MUTABLE"),
      secrets: flag("enableSecretMutable", "ENABLE_SECRET_MUTABLE"),
    },
  };
}

export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** Combinations of provider options that make no sense. */
export function checkSettings(news: JsonObject): CheckFailure[] {
  const isSet = (key: string): boolean =>
    news[key] !== undefined && news[key] !== "" && news[key] !== false && news[key] !== "false";
  if (!isSet("renderYamlToDirectory")) {
    return isSet("alwaysRender")
      ? [{ property: "alwaysRender", reason: '"alwaysRender" requires "renderYamlToDirectory" to be set' }]
      : [];
  }
  return ["cluster", "context", "kubeconfig"]
    .filter((key) => isSet(key) && !(key === "kubeconfig" && news[key] === process.env.KUBECONFIG)) // the SDK's own default
    .map((property) => ({ property, reason: `"${property}" arg is not compatible with "renderYamlToDirectory" arg` }));
}

export interface SettingsDifference {
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
}

/** What changed in the provider's configuration, and whether it now means another cluster, so that all of its resources move. */
export function compareSettings(olds: JsonObject, news: JsonObject): SettingsDifference {
  const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])]
    .filter((key) => !isDeepStrictEqual(olds[key], news[key]))
    .sort();
  const places = ["kubeconfig", "context", "cluster"];
  const unsettled = places.find((key) => news[key] === unknown && changed.includes(key));
  if (unsettled) return { changed: [unsettled], replaces: [unsettled] };
  const replaces = changed.filter(
    (key) => key === "renderYamlToDirectory" || (key === "clusterIdentifier" && key in olds && key in news),
  );
  if (
    changed.some((key) => places.includes(key)) &&
    !(news.clusterIdentifier && isDeepStrictEqual(olds.clusterIdentifier, news.clusterIdentifier))
  ) {
    const [before, after] = [clusterOf(olds), clusterOf(news)];
    if (before && after && !isDeepStrictEqual(before, after))
      replaces.push(...places.filter((key) => changed.includes(key)));
  }
  return { changed, replaces };
}

/** The cluster entry that is in use: what decides whether two kubeconfigs mean the same cluster. */
function clusterOf(properties: JsonObject): Fields | undefined {
  const kubeconfig = textAt(properties, "kubeconfig");
  if (!kubeconfig || kubeconfig === unknown) return undefined;
  try {
    const overrides = { context: textAt(properties, "context"), cluster: textAt(properties, "cluster") };
    return selectContext(kubeconfigFrom(kubeconfig), overrides).cluster;
  } catch {
    return undefined; // it is reported where it is used
  }
}
