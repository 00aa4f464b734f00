import { isMap, isScalar, parseDocument, Scalar } from "yaml";
import * as z from "zod";
import { projectName } from "../stack-name.ts";
import { schema } from "./schema.ts";
import { serviceKeys } from "./service-values.ts";

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Text of the file Pulumi.yaml with the schema's keys, words and defaults in the place of its own. */
export function projectFile(text: string): string {
  const document = parseDocument(text, { compat: "yaml-1.1" }); // which quotes `off`
  const config = document.get("config");
  if (!isMap(config)) throw new Error("Pulumi.yaml has no config");
  const others = config.items.filter(({ key }) => isScalar(key) && String(key.value).includes(":"));
  const own = Object.entries(schema.shape).map(([key, value]) => {
    const description = new Scalar(value.description);
    if ((value.description ?? "").length > 120) description.type = "BLOCK_FOLDED";
    return document.createPair(key, { description, default: defaultOf(value) });
  });
  config.items = [...own, ...others];
  return document.toString({ lineWidth: 140, flowCollectionPadding: false });
}

/** The JSON Schema of a file Pulumi.<stack>.yaml, for editors: it completes keys and shows what each allows. */
export function stackFileSchema(): JsonSchema {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input", reused: "inline", override: allowText });
  const own = Object.entries(properties).map(([key, value]) => [key, withEmpty(key, value as JsonSchema)] as const);
  // What a service may have is allowed for it as for the stack.
  const shared = own.filter(([key]) => (serviceKeys as readonly string[]).includes(key));
  const references = shared.map(([key]) => [key, { $ref: `#/definitions/${key}` }] as const);
  const ofService = (properties.services as JsonSchema).additionalProperties as JsonSchema;
  Object.assign(ofService, { properties: Object.fromEntries(references) });
  const all = Object.entries({ ...Object.fromEntries(own), ...Object.fromEntries(references) });
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: `Config of a stack of ${projectName}`,
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(all.map(([key, value]) => [`${projectName}:${key}`, value])),
        patternProperties: { [`^${projectName}:(?!(${own.map(([key]) => key).join("|")})$)`]: false },
      },
    },
    definitions: Object.fromEntries(shared),
  };
}

/** What Pulumi.yaml gives for a key that a stack does not set: for an optional one the empty value that stands for none. */
function defaultOf(value: z.ZodType): unknown {
  if (value instanceof z.ZodPrefault) return value.def.defaultValue;
  const { type } = z.toJSONSchema(value, { io: "input" });
  return type === "object" ? {} : "";
}

const isOptional = (key: string): boolean => (schema.shape as Record<string, z.ZodType>)[key] instanceof z.ZodOptional;

function withEmpty(key: string, { description, ...value }: JsonSchema): JsonSchema {
  if (!isOptional(key)) return { ...value, description };
  return { description, anyOf: [value, { const: "" }, { type: "object", maxProperties: 0 }] };
}

/** A stack's file may hold each value as text, too: the engine and `pulumi config set` write it so. */
function allowText({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }): void {
  switch (zodSchema._zod.def.type) {
    case "number":
      Object.assign(jsonSchema, { type: [jsonSchema.type, "string"], pattern: "^\\d+(\\.\\d+)?$" });
      return;
    case "boolean":
      delete jsonSchema.type;
      Object.assign(jsonSchema, { enum: [true, false, "true", "false"] });
      return;
    case "enum":
      delete jsonSchema.type; // `25` is a name of a plan, and a number in YAML
      jsonSchema.enum = jsonSchema.enum?.flatMap((word) =>
        /^\d+$/.test(String(word)) ? [word, Number(word)] : [word],
      );
      return;
    case "object":
      if (jsonSchema.additionalProperties === false)
        Object.assign(jsonSchema, { type: ["object", "string"], pattern: "^\\s*\\{" });
      return;
    case "record":
      Object.assign(jsonSchema, { type: ["object", "string"], pattern: "^\\s*\\{" });
      return;
    case "array":
      Object.assign(jsonSchema, { type: ["array", "string"], pattern: "^\\s*\\[" });
  }
}
