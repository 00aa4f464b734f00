import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { difference } from "../../difference.ts";
import { isObject, type Json, type JsonObject, objectAt, textAt, words } from "../../json.ts";
import type { Difference } from "../operations/diff.ts";

/** A Helm release as the program describes it, with every option that is not given at its default. */
export interface Release extends JsonObject {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version: string;
  readonly values: JsonObject;
}

const switches = words(`
    allowNullValues atomic cleanupOnFail createNamespace dependencyUpdate devel disableCRDHooks
    disableOpenapiValidation disableWebhooks forceUpdate lint recreatePods renderSubchartNotes replace resetValues
    reuseValues skipAwait skipCrds verify waitForJobs`);
const texts = ["chart", "description", "keyring", "name", "namespace", "postrender", "version"];
const defaultTimeoutSeconds = 300;

export function mergeValues(base: JsonObject, over: JsonObject): JsonObject {
  const result = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const there = result[key];
    result[key] = isObject(there) && isObject(value) ? mergeValues(there, value) : value;
  }
  return result;
}

/** The values of `valueYamlFiles`, which are assets: texts, or paths of files. */
function valuesOfFiles(files: Json | undefined): JsonObject {
  const all = Array.isArray(files) ? files : [];
  return all.reduce<JsonObject>((merged, file) => {
    const text = textAt(file, "text") || (textAt(file, "path") && readFileSync(textAt(file, "path"), "utf8"));
    return mergeValues(merged, (parse(text) ?? {}) as JsonObject);
  }, {});
}

/** Fills in the defaults; `name` and `namespace` must be settled by the caller. What a Release does not have is left out. */
export function completeRelease(inputs: JsonObject): Release {
  const release: JsonObject = {};
  for (const key of switches) release[key] = inputs[key] ?? false;
  for (const key of texts) release[key] = inputs[key] ?? "";
  release.timeout = inputs.timeout ?? (release.skipAwait === true ? 0 : defaultTimeoutSeconds);
  release.values = mergeValues(valuesOfFiles(inputs.valueYamlFiles), objectAt(inputs, "values") ?? {});
  for (const key of ["maxHistory", "repositoryOpts"]) if (inputs[key] !== undefined) release[key] = inputs[key];
  return release as Release;
}

export interface ChartMetadata {
  readonly name: string;
  readonly version: string;
}

/** The chart in a folder; undefined where there is none. */
export function localChart(chart: string): ChartMetadata | undefined {
  const file = join(chart, "Chart.yaml");
  if (!existsSync(file)) return undefined;
  const metadata = parse(readFileSync(file, "utf8")) as JsonObject;
  return { name: textAt(metadata, "name"), version: textAt(metadata, "version") };
}

/** What of `state` the program has a say in, now (`wanted`) or before (`named`). */
function ours(state: JsonObject, wanted: JsonObject, named: JsonObject): JsonObject {
  const result: JsonObject = {};
  for (const [key, value] of Object.entries(state)) {
    const [now, then] = [wanted[key], named[key]];
    if (now === undefined && then === undefined) continue;
    result[key] =
      isObject(value) && isObject(now ?? then)
        ? ours(value, isObject(now) ? now : {}, isObject(then) ? then : {})
        : value;
  }
  return result;
}

/** Compares a wanted release with the state: the chart, its options and the values, by path. */
export function diffRelease(state: JsonObject, named: JsonObject, wanted: JsonObject): Difference {
  const changes = difference(ours(state, wanted, named), wanted, ["name", "namespace"]);
  const replaces = [...changes].filter(([, change]) => change.replaces).map(([path]) => path);
  const properties = [...new Set([...changes.keys()].map((path) => path.split(/[.[]/)[0] ?? path))];
  return { changes, replaces, deleteBeforeReplace: false, properties };
}

/** Names of the objects in a manifest by kind, such as `{"Deployment.apps/apps/v1": ["web"]}`. */
export function resourceNames(objects: readonly JsonObject[]): JsonObject {
  const names: Record<string, string[]> = {};
  for (const object of objects) {
    const apiVersion = textAt(object, "apiVersion");
    const group = apiVersion.includes("/") ? `.${apiVersion.split("/")[0]}` : "";
    const own = textAt(object, "metadata", "namespace");
    const name = textAt(object, "metadata", "name");
    const key = `${textAt(object, "kind")}${group}/${apiVersion}`;
    names[key] = [...(names[key] ?? []), own ? `${own}/${name}` : name];
  }
  return names;
}
