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
const parts: readonly string[] = ["metadata", "spec", "data", "automountServiceAccountToken"];
/** What is plain wherever it stands: a custom resource's arguments name its type by them. */
const plainParts: readonly string[] = ["apiVersion", "kind"];

/**
 * What a renderer makes of inputs. Where all of them are plain it is plain as well: a transformation can read it, and a preview hides
 * nothing of it. Else only {@link parts} are there, as outputs: which others there are is not known before the inputs are.
 *
 * @throws Error for a manifest that has others, also where nothing would be lost
 */
export function rendered<Spec extends object, Manifest extends object>(
  inputs: Inputs<Spec>,
  render: (spec: Spec) => Manifest,
): Rendered<Manifest> {
  if (!isEventual(inputs)) return checked(render(inputs as Spec));
  const manifest = pulumi.output(inputs).apply((spec) => checked(render(spec as Spec)));
  const part = (name: string) => manifest.apply((all) => (all as Readonly<Record<string, unknown>>)[name]);
  return Object.fromEntries(parts.map((name) => [name, part(name)])) as Rendered<Manifest>;
}

function checked<Manifest extends object>(manifest: Manifest): Manifest {
  const lost = Object.keys(manifest).filter((name) => !parts.includes(name) && !plainParts.includes(name));
  if (lost.length === 0) return manifest;
  throw new Error(
    `A manifest has ${lost.join(", ")}, which would be lost where an input is an output; allowed: ${parts.join(", ")}`,
  );
}

const isEventual = (value: unknown): boolean =>
  pulumi.Output.isInstance(value) ||
  value instanceof Promise ||
  (typeof value === "object" && value !== null && Object.values(value).some(isEventual));
