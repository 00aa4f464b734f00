import type { ApiServer } from "@canary-lab/kit/kube/api-server";
import { at, isObject, type Json, type JsonObject, listAt, objectAt, textAt } from "../../json.ts";

/** What the API server says about the shape of one value. */
export type Shape =
  | {
      readonly type: "object";
      readonly fields: (name: string) => Shape | undefined;
      readonly required: readonly string[];
    }
  | { readonly type: "map"; readonly items: Shape }
  | { readonly type: "list"; readonly items: Shape }
  | { readonly type: "quantity" | "string" | "boolean" | "integer" | "any" };

const anything: Shape = { type: "any" };

function shapeOf(schema: Json | undefined, named: JsonObject): Shape {
  if (!isObject(schema)) return anything;
  const reference = textAt(schema, "$ref") || textAt(schema, "allOf", 0, "$ref");
  if (reference.endsWith(".resource.Quantity")) return { type: "quantity" };
  if (reference) return shapeOf(named[reference.split("/").at(-1) ?? ""], named);
  if (schema.type === "array") return { type: "list", items: shapeOf(schema.items, named) };
  if (schema.type === "string" || schema.type === "boolean" || schema.type === "integer") return { type: schema.type };
  if (isObject(schema.additionalProperties)) return { type: "map", items: shapeOf(schema.additionalProperties, named) };
  const properties = objectAt(schema, "properties");
  if (!properties) return anything;
  const known = new Map<string, Shape>();
  const fields = (name: string): Shape | undefined => {
    if (!(name in properties)) return undefined;
    const shape = known.get(name) ?? shapeOf(properties[name], named);
    known.set(name, shape);
    return shape;
  };
  return { type: "object", fields, required: listAt(schema, "required").map(String) };
}

/** The shapes of Kubernetes' own kinds, out of the API server's OpenAPI documents, each of which is fetched once. */
export class Schemas {
  readonly #client: Pick<ApiServer, "call">;
  readonly #documents = new Map<string, Promise<JsonObject>>();
  readonly #shapes = new Map<string, Shape>();

  constructor(client: Pick<ApiServer, "call">) {
    this.#client = client;
  }

  /** The shape of a kind; undefined where the server does not say, or does not answer. */
  async shape(apiVersion: string, kind: string): Promise<Shape | undefined> {
    const key = `${apiVersion}/${kind}`;
    const known = this.#shapes.get(key);
    if (known) return known;
    const named = objectAt(await this.#document(apiVersion), "components", "schemas") ?? {};
    const found = Object.values(named).find((schema) =>
      listAt(schema, "x-kubernetes-group-version-kind").some(
        (of) =>
          textAt(of, "kind") === kind &&
          [textAt(of, "group"), textAt(of, "version")].filter(Boolean).join("/") === apiVersion,
      ),
    );
    if (!found || at(found, "properties") === undefined) return undefined;
    const shape = shapeOf(found, named);
    this.#shapes.set(key, shape);
    return shape;
  }

  /** Fetches the documents that nearly every program needs, so that no resource waits for them in the middle. */
  async prefetch(): Promise<void> {
    await Promise.all(["v1", "apps/v1"].map((apiVersion) => this.#document(apiVersion)));
  }

  #document(apiVersion: string): Promise<JsonObject> {
    const path = apiVersion.includes("/") ? `/openapi/v3/apis/${apiVersion}` : `/openapi/v3/api/${apiVersion}`;
    const document = this.#documents.get(path) ?? this.#client.call<JsonObject>(path).catch(() => ({}) as JsonObject);
    this.#documents.set(path, document);
    return document;
  }
}
