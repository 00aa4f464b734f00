import { basename } from "node:path";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { type Document, parseDocument, visit } from "yaml";
import { isProviderKey, ownKey } from "./other-keys.ts";
import { jsonOf } from "./raw-values.ts";

/** A config value as YAML holds it: `10`, `"10"`, `true`. */
export type RawValue = string | number | boolean;

/** The defaults that the project's file declares, by key. */
export function declaredDefaults(text: string, path: string): Record<string, RawValue> {
  const declared = entries(parse(text, path), path).map(([key, value]): [string, unknown] =>
    typeof value === "object" && value !== null ? [key, (value as { default?: unknown }).default] : [key, value],
  );
  return plainValues(declared, path);
}

/** Long lines stay whole. */
export const textOf = (document: Document): string => document.toString({ lineWidth: 0 });

/** @throws UserError for what is no YAML */
export function parse(text: string, path: string): Document {
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem) {
    const cause = (problem.message.split("\n")[0] ?? "").replace(/:$/, "");
    const first = `mend that line; or, where the file is in version control, git checkout ${quoted(basename(path))} drops what was changed since`;
    throw new UserError(`The file is not YAML: ${cause}.`, {
      place: path,
      allowed: "YAML",
      first,
      next: "npx canaryctl preview",
    });
  }
  return document;
}

/** What stands under `config:`. @throws UserError where that is no map */
export function configIn(document: Document, path: string): Readonly<Record<string, unknown>> {
  const config: unknown = document.toJS()?.config ?? {};
  if (typeof config !== "object" || Array.isArray(config)) {
    throw new UserError("`config` must be a map of keys to values.", { place: path });
  }
  return config as Record<string, unknown>;
}

/** The pairs under `config:` that the program is asked to read: its own, with or without the prefix, and the provider's, which it refuses. */
export function entries(document: Document, path: string): [string, unknown][] {
  return Object.entries(configIn(document, path)).flatMap(([key, value]): [string, unknown][] => {
    const own = ownKey(key) ?? (isProviderKey(key) ? key : undefined);
    return own === undefined ? [] : [[own, value]];
  });
}

/** @throws UserError for a value that is encrypted */
export function plainValues(pairs: readonly (readonly [string, unknown])[], path: string): Record<string, RawValue> {
  const given = pairs.filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([key, value]) => [key, plainValue(key, value, path)]));
}

function plainValue(key: string, value: unknown, path: string): RawValue {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value === null) return "";
  if (typeof value === "object" && "secure" in value) {
    throw new UserError(`${key} is encrypted, and nothing in this lab's config is a secret.`, {
      place: path,
      next: `npx canaryctl config rm ${key}`,
    });
  }
  return jsonOf(value);
}

/** Whether a value of any key is encrypted. */
export function hasSecrets(document: Document): boolean {
  let found = false;
  const Pair = (_: unknown, { key }: { readonly key: unknown }) => {
    found ||= String(key) === "secure";
  };
  visit(document, { Pair });
  return found;
}

/** The key service that encrypts the stack's secrets; undefined where a passphrase does, or Pulumi's service. */
export function keyService(document: Document): string | undefined {
  const provider = document.get("secretsprovider");
  return typeof provider === "string" && !["", "default", "passphrase"].includes(provider) ? provider : undefined;
}
