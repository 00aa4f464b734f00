import { parseAllDocuments } from "yaml";
import { isObject, type Json, type JsonObject, listAt } from "../../json.ts";
import type { Session } from "../session.ts";
import {
  apiVersionOf,
  isCustomResourceDefinition,
  isLikelyNamespaced,
  kindOf,
  namespaceOf,
  setNamespace,
} from "./objects.ts";

/** The objects in a text of YAML documents, with those inside of List objects. Throws where it does not parse. */
export function decodeYaml(text: string): JsonObject[] {
  const documents = parseAllDocuments(text);
  const values: Json[] = [];
  for (const document of documents) {
    if (!("errors" in document)) continue;
    const [problem] = document.errors;
    if (problem) throw new Error(`error converting YAML to JSON: yaml: ${problem.message}`);
    values.push((document.toJS() ?? null) as Json);
  }
  return values.filter(isObject).flatMap(expandLists);
}

function expandLists(object: JsonObject): JsonObject[] {
  const isList = String(object.kind ?? "").endsWith("List") && Array.isArray(object.items);
  return isList ? listAt(object, "items").filter(isObject).flatMap(expandLists) : [object];
}

/** Gives the namespaced ones among the objects a namespace where they name none. */
export function withNamespace(session: Session, objects: readonly JsonObject[], namespace: string): JsonObject[] {
  const own = objects.filter(isCustomResourceDefinition);
  for (const definition of own) session.cluster?.announce(definition);
  for (const object of objects) {
    const [apiVersion, kind] = [apiVersionOf(object), kindOf(object)];
    const isNamespaced = session.cluster?.isNamespaced(apiVersion, kind) ?? isLikelyNamespaced(apiVersion, kind);
    if (isNamespaced && namespace && !namespaceOf(object)) setNamespace(object, namespace);
  }
  return [...objects];
}
