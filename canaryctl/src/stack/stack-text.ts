import { type Document, isMap, parseDocument } from "yaml";
import { ownersKeys } from "../../../stacks/config/contradictions.ts";
import { projectName } from "../../../stacks/stack-name.ts";

/** The line by which an editor finds the JSON Schema of the config. */
const schemaLine = "# yaml-language-server: $schema=stacks/config/stack-file.schema.json";

/** Says that nobody commits the file: whoever removes the line keeps the file. */
const shortLivedLine = "# Short-lived: `canaryctl down` removes this file with the stack.";

export const isShortLived = (text: string): boolean => text.split("\n").includes(shortLivedLine);

/** What a stack's file has otherwise than the file that it is made from. */
interface NewStack {
  readonly namespace: string;
  /** The stack whose platform it uses, as the key `platform` takes it. */
  readonly platform: string;
  readonly isShortLived: boolean;
  /** Whether a value of the file is encrypted: then the line that says how stays with it. */
  readonly hasSecrets: boolean;
}

/**
 * What the new file does not take over: what only the owner of a platform reads, a release of the other stack, and its services, which have
 * releases and namespaces of their own.
 */
export const leftOutKeys: readonly string[] = [...Object.keys(ownersKeys), "previousImage", "services"];

/** The keys that the new file has values of its own for. No share of the traffic has been approved for it. */
export const ownValues = ({ namespace, platform }: Pick<NewStack, "namespace" | "platform">) =>
  ({ namespace, platform, canaryWeight: "0" }) as const;

/**
 * The text of a new stack's file: that of another one, comments and order included, with a namespace of its own, and with all
 * traffic on the stable side.
 *
 * @param text of the other file; it is YAML
 */
export function newStackText(text: string, stack: NewStack): string {
  const document = parseDocument(withoutOwnLines(text));
  if (!isMap(document.get("config"))) document.set("config", document.createNode({}));
  for (const key of leftOutKeys) remove(document, key);
  for (const [key, value] of Object.entries(ownValues(stack))) set(document, key, value);
  if (!stack.hasSecrets) document.delete("encryptionsalt"); // of another passphrase, perhaps
  return [schemaLine, ...(stack.isShortLived ? [shortLivedLine] : []), document.toString({ lineWidth: 0 })].join("\n");
}

const withoutOwnLines = (text: string): string =>
  text
    .split("\n")
    .filter((line) => line !== schemaLine && line !== shortLivedLine)
    .join("\n");

const namesOf = (key: string): readonly string[] => [`${projectName}:${key}`, key];

function remove(document: Document, key: string): void {
  for (const name of namesOf(key)) document.deleteIn(["config", name]);
}

function set(document: Document, key: string, value: string): void {
  const [full = key] = namesOf(key);
  const name = namesOf(key).find((given) => document.hasIn(["config", given])) ?? full;
  document.setIn(["config", name], value);
}
