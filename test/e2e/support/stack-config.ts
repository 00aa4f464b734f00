import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDocument } from "yaml";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";

/** A value as a user could write it into the file. */
export type StackValue =
  | string
  | number
  | boolean
  | readonly StackValue[]
  | { readonly [field: string]: StackValue | undefined };

/** Values by key; `undefined` takes a key out, so that its default holds. */
export type StackValues = Readonly<Record<string, StackValue | undefined>>;

const fileIn = (folder: string) => join(folder, "Pulumi.dev.yaml");

/**
 * Edits keys of the dev stack's config as a user would in an editor; comments and the rest of the file stay. An object or a list takes the
 * place of the one before it whole.
 */
export function editConfig(values: StackValues, folder: string = repositoryRoot): void {
  const document = parseDocument(readFileSync(fileIn(folder), "utf8"));
  for (const [key, value] of Object.entries(values)) {
    if (value === undefined) document.deleteIn(["config", `canary-lab:${key}`]);
    else document.setIn(["config", `canary-lab:${key}`], document.createNode(withoutUndefined(value)));
  }
  writeFileSync(fileIn(folder), document.toString({ lineWidth: 0 }));
}

/** A value without the fields that are undefined, which YAML would write as null. */
const withoutUndefined = (value: StackValue): unknown => JSON.parse(JSON.stringify(value));

/** Value of one key of the dev stack's config as text, for pulumi writes numbers as text; undefined where the file leaves it out. */
export function readConfig(key: string, folder: string = repositoryRoot): string | undefined {
  const value: unknown = parseDocument(readFileSync(fileIn(folder), "utf8")).getIn(["config", `canary-lab:${key}`]);
  return value === undefined ? undefined : String(value);
}

/** The weight of v2 that the dev stack's config asks for, in percent. */
export const configuredWeight = (): number => Number(readConfig("canaryWeight") ?? 10);

/** Remembers the dev stack's config as it is now, and gives back what restores it byte for byte. */
export function keepConfig(folder: string = repositoryRoot): () => void {
  const before = readFileSync(fileIn(folder));
  return () => writeFileSync(fileIn(folder), before);
}
