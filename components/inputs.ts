import * as pulumi from "@pulumi/pulumi";

/** Which application is meant: `ApplicationName`, as a Pulumi program has it. */
export interface ApplicationInputs {
  /** Name of the Service, the host that callers in the mesh use, and the pods' label `app`. */
  readonly app: pulumi.Input<string>;
  readonly namespace: pulumi.Input<string>;
}

/** An application and where it answers. */
export interface HostedInputs extends ApplicationInputs {
  /** The host that a gateway or an ingress answers to. Default: `APP.NAMESPACE.test`. */
  readonly host?: pulumi.Input<string> | undefined;
}

/** The fields of a spec as a Pulumi program has them: each may be an output of another resource. */
export type Inputs<Spec> = { readonly [Field in keyof Spec]: pulumi.Input<Spec[Field]> };

/** A spec some of whose fields may be outputs. The others are plain: they decide which children there are, or are checked at once. */
export type WithInputs<Spec, Field extends keyof Spec> = Omit<Spec, Field> & Inputs<Pick<Spec, Field>>;

/** The parts of a resource's arguments, each known when what it is rendered from is. */
export type Rendered<Manifest> = { readonly [Part in keyof Manifest]: pulumi.Input<Manifest[Part]> };

/** Every part of a manifest that may depend on an input. */
const parts = ["metadata", "spec", "data"] as const;

/**
 * What a renderer makes of inputs. Where all of them are plain it is plain as well: a transformation can read it, and a preview hides
 * nothing of it. Else only `metadata`, `spec` and `data` are there, as outputs.
 */
export function rendered<Spec extends object, Manifest extends object>(
  inputs: Inputs<Spec>,
  render: (spec: Spec) => Manifest,
): Rendered<Manifest> {
  if (!isEventual(inputs)) return render(inputs as Spec);
  const manifest = pulumi.output(inputs).apply((spec) => render(spec as Spec) as Readonly<Record<string, unknown>>);
  return Object.fromEntries(parts.map((part) => [part, manifest.apply((all) => all[part])])) as Rendered<Manifest>;
}

const isEventual = (value: unknown): boolean =>
  pulumi.Output.isInstance(value) ||
  value instanceof Promise ||
  (typeof value === "object" && value !== null && Object.values(value).some(isEventual));
