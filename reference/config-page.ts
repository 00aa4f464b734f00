import type * as z from "zod";
import { schema } from "../stacks/config/schema.ts";
import { describeValue, type Field, fieldsOf } from "./config-fields.ts";
import { code, generatedPage, plain, table } from "./markdown.ts";

/** Each key of a stack's config: what it is, what it allows, its default, and the fields of an object. */
export const configPage = (): string =>
  generatedPage(
    "Config of a stack",
    "stacks/config/schema.ts",
    "The keys of `Pulumi.<stack>.yaml`, each as `canary-lab:KEY`. `npx canaryctl config set KEY VALUE` writes one, an object as JSON, and `pulumi config set --path KEY.FIELD VALUE` writes one field. `up` applies them. A value that is not allowed is refused before anything is changed, with what is allowed.",
    ...Object.entries(schema.shape).map(([key, value]) => keySection(key, value)),
  );

function keySection(key: string, value: z.ZodType): string {
  const { meaning, allowed, byDefault } = describeValue(value);
  const fields = fieldsOf(value);
  const facts = [
    `- Allowed: ${plain(allowed)}`,
    `- Default: ${byDefault === undefined ? "none" : code(textOf(byDefault))}`,
  ];
  return [
    `## ${key}`,
    `${plain(meaning)}.`,
    ...(allowed === "" ? [] : [facts.join("\n")]),
    ...(fields.length === 0 ? [] : [fieldTable(fields)]),
  ].join("\n\n");
}

const fieldTable = (fields: readonly Field[]): string =>
  table(
    ["field", "allowed", "default", "what it is"],
    fields.map(({ path, allowed, meaning, byDefault, isOptional }) => [
      code(path),
      plain(allowed),
      byDefault === undefined ? (isOptional ? "" : "needed") : code(textOf(byDefault)),
      plain(meaning),
    ]),
  );

const textOf = (value: unknown): string => (typeof value === "string" ? value : JSON.stringify(value));
