import type { Deployment, ExportedState, ResourceState } from "../pending.ts";
import { type Fields, isFields, type Path } from "./compare.ts";
import type { Drift } from "./live-objects.ts";

/**
 * The state as a refresh of the drifted resources would leave it: what is gone is forgotten, what differs is noted as it is live. The
 * update that follows then compares the program with the cluster, so it goes from what is live to what the config says now, and never
 * by way of what the config said before.
 */
export function withLive(state: ExportedState, drift: readonly Drift[]): ExportedState {
  const byUrn = new Map(drift.map((one) => [one.urn, one]));
  const gone = new Set(drift.filter(({ live }) => live === undefined).map(({ urn }) => urn));
  const resources = (state.deployment.resources ?? [])
    .filter(({ urn }) => !gone.has(urn))
    .map((resource) => {
      const known = withoutReferences(resource, gone);
      const found = byUrn.get(resource.urn);
      return found?.live ? noted(known, found, found.live) : known;
    });
  return { ...state, deployment: { ...state.deployment, resources } satisfies Deployment };
}

/** The inputs are live as far as they differ: the provider compares those of the program with them. */
function noted(resource: ResourceState, { fields }: Drift, live: Fields): ResourceState {
  const inputs = fields.reduce<unknown>(
    (inputs, { path, live }) => setAt(inputs, path, live),
    resource.inputs,
  ) as Fields;
  const ofProvider = Object.entries(resource.outputs ?? {}).filter(([key]) => key.startsWith("__"));
  return { ...resource, inputs, outputs: { ...live, ...Object.fromEntries(ofProvider), __inputs: inputs } };
}

function setAt(value: unknown, [step, ...rest]: Path, to: unknown): unknown {
  if (step === undefined) return to;
  if (Array.isArray(value)) return value.map((item, index) => (index === step ? setAt(item, rest, to) : item));
  const { [step]: inner, ...others } = isFields(value) ? value : {};
  const changed = setAt(inner, rest, to);
  return changed === undefined ? others : { ...others, [step]: changed };
}

function withoutReferences(resource: ResourceState, gone: ReadonlySet<string>): ResourceState {
  const { dependencies, propertyDependencies, deletedWith, ...rest } = resource;
  const left = (urns: readonly string[]) => urns.filter((urn) => !gone.has(urn));
  return {
    ...rest,
    ...(dependencies && { dependencies: left(dependencies) }),
    ...(propertyDependencies && {
      propertyDependencies: Object.fromEntries(
        Object.entries(propertyDependencies).map(([property, urns]) => [property, urns && left(urns)]),
      ),
    }),
    ...(deletedWith && !gone.has(deletedWith) && { deletedWith }),
  };
}
