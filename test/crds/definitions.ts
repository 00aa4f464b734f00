import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

/** The structural schema of a custom resource's `spec`, as its definition has it; see `strict`. */
type SpecSchema = Readonly<Record<string, unknown>>;

/** By apiVersion and kind, such as `networking.istio.io/v1 VirtualService`. */
export type SpecSchemas = Readonly<Record<string, SpecSchema>>;

/** The kinds that the program makes. */
const kinds: readonly string[] = [
  "AnalysisTemplate",
  "AuthorizationPolicy",
  "DestinationRule",
  "EnvoyFilter",
  "Gateway",
  "HTTPRoute",
  "PeerAuthentication",
  "PodMonitor",
  "PrometheusRule",
  "Rollout",
  "Sidecar",
  "VirtualService",
];

interface Definition {
  readonly kind?: string;
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly schema: { readonly openAPIV3Schema: { readonly properties: { readonly spec?: SpecSchema } } };
    }[];
  };
}

/** The definitions in the charts of a mirror, of the kinds and versions that the program makes. */
export function schemasIn(charts: string): SpecSchemas {
  const files = readdirSync(charts, { recursive: true, encoding: "utf8" }).filter((name) =>
    /(^|\/)(crds|files)\/.*\.yaml$|standard-install\.yaml$/.test(name),
  );
  const found = files.toSorted().flatMap((name) => {
    const text = readFileSync(join(charts, name), "utf8");
    if (text.includes("{{") || !kinds.some((kind) => text.includes(`kind: ${kind}\n`))) return [];
    return parseAllDocuments(text).flatMap((document) => {
      const definition = document.toJS() as Definition | null;
      return definition?.kind === "CustomResourceDefinition" ? specsOf(definition) : [];
    });
  });
  return Object.fromEntries(found.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function specsOf({ spec }: Definition): readonly (readonly [string, SpecSchema])[] {
  const { group, names, versions } = spec;
  const [newest] = versions.toSorted((one, other) => rank(one.name) - rank(other.name));
  const schema = newest?.schema.openAPIV3Schema.properties.spec;
  if (!kinds.includes(names.kind) || !newest || !schema) return [];
  return [[`${group}/${newest.name} ${names.kind}`, strict(schema)]];
}

/** `v1` comes before `v1beta1`, and that before `v1alpha3`. */
const rank = (version: string): number => ["", "beta", "alpha"].indexOf(version.replace(/^v\d+|\d+$/g, ""));

const kept = ["type", "required", "enum", "minimum", "maximum"];

/**
 * A schema node as the API server reads it with `fieldValidation=Strict`: a field that is not declared is refused. What goes beyond the
 * shape is left out, such as patterns (which are Go's) and rules between fields.
 */
function strict(node: SpecSchema): SpecSchema {
  const { properties, items, additionalProperties } = node;
  const own = Object.fromEntries(kept.flatMap((key) => (node[key] === undefined ? [] : [[key, node[key]]])));
  const isOpen = node["x-kubernetes-preserve-unknown-fields"] === true;
  const fields =
    isSchema(properties) && Object.entries(properties).map(([name, field]) => [name, strict(field as SpecSchema)]);
  return {
    ...own,
    ...(fields && { properties: Object.fromEntries(fields), ...(!isOpen && { additionalProperties: false }) }),
    ...(isSchema(items) && { items: strict(items) }),
    ...(isSchema(additionalProperties) && { additionalProperties: strict(additionalProperties) }),
  };
}

const isSchema = (value: unknown): value is SpecSchema => typeof value === "object" && value !== null;
