import type * as pulumi from "@pulumi/pulumi";
import type { ConstructResult, Provider } from "@pulumi/pulumi/provider/index.js";
import { offered, packageName } from "./offered.ts";

type Constructor = new (name: string, args: never, opts: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

interface Schema {
  readonly version: string;
  readonly resources: Readonly<Record<string, { readonly properties: object }>>;
}

/** Makes the components for programs in other languages. */
export class ComponentsProvider implements Provider {
  readonly schema: string;
  readonly version: string;
  readonly #resources: Schema["resources"];

  /** @param schema as `write-schema.ts` writes it */
  constructor(schema: string) {
    const { version, resources }: Schema = JSON.parse(schema);
    this.schema = schema;
    this.version = version;
    this.#resources = resources;
  }

  /** @throws Error for a type that the schema does not have */
  async construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<ConstructResult> {
    const constructors: Readonly<Record<string, Constructor>> = offered;
    const [, component] = Object.entries(constructors).find(([of]) => type === `${packageName}:index:${of}`) ?? [];
    const resource = this.#resources[type];
    if (!component || !resource) {
      throw new Error(`Unknown type ${type}; allowed: ${Object.keys(this.#resources).join(", ")}`);
    }
    const made = new component(name, inputs as never, options);
    const outputs = Object.entries(made).filter(([output]) => output in resource.properties);
    return { urn: made.urn, state: Object.fromEntries(outputs) };
  }
}
