import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Json, JsonObject } from "../../json.ts";
import { isObject } from "../../json.ts";
import type { Session } from "../session.ts";
import { apiVersionOf, isCustomResourceDefinition, type KubeObject, kindOf, nameOf, namespaceOf } from "./objects.ts";

/** Where a manifest is written: CRDs in a folder of their own, which is to be applied first. */
function renderedPath(folder: string, object: KubeObject): string {
  const version = apiVersionOf(object).replace(/[/:]/g, "_");
  const file = `${version}-${kindOf(object).toLowerCase()}-${namespaceOf(object) || "default"}-${nameOf(object)}.yaml`;
  return join(folder, isCustomResourceDefinition(object) ? "0-crd" : "1-manifest", file);
}

const sorted = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted((value as JsonObject)[key] ?? null)]),
  );
};

/** Writes an object's manifest (0600: it may hold secrets) instead of applying it. */
export function render(session: Session, urn: string, object: KubeObject): void {
  const folder = session.settings.renderDirectory;
  const path = renderedPath(folder, object);
  for (const part of ["0-crd", "1-manifest"]) mkdirSync(join(folder, part), { recursive: true, mode: 0o700 });
  const { stringify } = createRequire(import.meta.url)("yaml") as typeof import("yaml");
  writeFileSync(path, stringify(sorted(object), { indentSeq: false }), { mode: 0o600 });
  session.engine.status(urn, `rendered ${path}`);
}

export function unrender(session: Session, urn: string, object: KubeObject): void {
  rmSync(renderedPath(session.settings.renderDirectory, object), { force: true });
  session.engine.status(urn, "deleted");
}
