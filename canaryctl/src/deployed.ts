import { UserError } from "@canary-lab/kit/user-error";
import { type StrategyName, strategyNames } from "../../canary/strategies.ts";
import { namespacePath } from "../../cluster/kube/paths.ts";
import { imageAnnotation } from "../../components/image/image-version.ts";
import { canaryShareIn } from "../../components/traffic/rendered-share.ts";
import {
  configAnnotation,
  platformAnnotation,
  stackAnnotation,
  strategyAnnotation,
} from "../../components/workload/render-application.ts";
import { serviceOf } from "../../stacks/application-scope.ts";
import { type LiveNamespace, namespaceFault } from "../../stacks/live/namespace-owner.ts";
import { notedFacts, type PlatformFacts } from "../../stacks/platform-facts.ts";
import { withApplied } from "./applied.ts";
import type { FileState } from "./engine/file-state.ts";
import type { ExportedState } from "./engine/pending.ts";
import type { Lab } from "./lab.ts";

/** What the program notes on the Namespace of what it deployed. */
interface Noted {
  /** False where there is no such namespace. */
  readonly isThere: boolean;
  /** Undefined where nothing is noted. */
  readonly strategy: StrategyName | undefined;
  readonly config: string | undefined;
  /** What the application stands on, where its stack did not install that. */
  readonly platform: PlatformFacts | undefined;
}

/** @throws UserError where the config's namespace is another stack's, or nobody's */
export async function readNote(lab: Lab): Promise<Noted> {
  return noteOn(await liveNamespace(lab), lab);
}

const liveNamespace = ({ cluster, config }: Lab) => cluster.get<LiveNamespace>(namespacePath(config.namespace));

function noteOn(namespace: LiveNamespace | undefined, { config, stackFile }: Lab): Noted {
  const fault = namespaceFault(namespace, stackFile.claim(config.namespace));
  if (fault) throw fault;
  const annotations = namespace?.metadata.annotations ?? {};
  return {
    isThere: namespace !== undefined,
    strategy: strategyNames.find((name) => name === annotations[strategyAnnotation]),
    config: annotations[configAnnotation],
    platform: notedFacts(annotations[platformAnnotation]),
  };
}

/** A namespace in which the stack is deployed: the lab with it in the config, and what is noted there. */
export interface Place {
  readonly lab: Lab;
  readonly note: Noted;
}

/** The lab goes by the platform that is noted. */
export const placed = (lab: Lab, note: Noted): Place => ({
  lab: note.platform ? { ...lab, platform: note.platform } : lab,
  note,
});

/**
 * Where the stack is deployed, by its state, beside the namespace that its file names: the file was edited since, or an update to another
 * namespace has not ended. Nothing where the state cannot be read without the engine. A name on a Namespace alone would not do: two
 * backends may each have a stack of one name in one cluster.
 *
 * @throws UserError where such a namespace does not say whose it is
 */
export async function otherPlaces(lab: Lab): Promise<readonly Place[]> {
  const labs = deployedNamespaces(readIfPossible(lab.state), lab.stackFile)
    .filter((namespace) => namespace !== lab.config.namespace)
    .map((namespace) => ({ ...lab, config: { ...lab.config, namespace } }));
  const places = await Promise.all(labs.map(async (place) => ({ lab: place, note: await noteUnlessTaken(place) })));
  return places.flatMap(({ lab, note }) => (note?.isThere ? [placed(lab, note)] : []));
}

/** Undefined for a state that is damaged, too: where the file says is then all that is known. */
export function readIfPossible(state: Pick<FileState, "read"> | undefined): ExportedState | undefined {
  try {
    return state?.read();
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/**
 * The applications' namespaces by a state; one that an update is about to remove, too.
 *
 * @param of the application that is meant; default: all of the stack
 */
export function deployedNamespaces(
  state: ExportedState | undefined,
  of?: { readonly service: string | undefined },
): readonly string[] {
  return [
    ...new Set(deployedIn(state).flatMap(({ service, namespace }) => (of && of.service !== service ? [] : namespace))),
  ];
}

/** The services that are deployed, by a state. */
export const deployedServices = (state: ExportedState | undefined): readonly string[] => [
  ...new Set(deployedIn(state).flatMap(({ service }) => service ?? [])),
];

/** The canary's share by the route that the engine remembers; nothing where no route has one. */
export function deployedWeight(
  state: ExportedState | undefined,
  of: { readonly service: string | undefined },
): { readonly canaryWeight?: number } {
  const [canaryWeight] = (state?.deployment.resources ?? []).flatMap(({ urn, inputs }) =>
    serviceOf(urn) === of.service ? (canaryShareIn(inputs) ?? []) : [],
  );
  return canaryWeight === undefined ? {} : { canaryWeight: Math.round(canaryWeight) };
}

/** The image, as the config names it, of the one workload that runs both versions, as the engine remembers it. */
export const deployedImage = (
  state: ExportedState | undefined,
  of: { readonly service: string | undefined },
): string | undefined =>
  (state?.deployment.resources ?? [])
    .filter(({ urn }) => serviceOf(urn) === of.service)
    .map(({ inputs }) => (inputs?.metadata as LiveNamespace["metadata"] | undefined)?.annotations?.[imageAnnotation])
    .find((image) => image !== undefined);

const deployedIn = (state: ExportedState | undefined) =>
  (state?.deployment.resources ?? []).flatMap(({ urn, type, id, inputs }) => {
    const { annotations = {} } = (inputs?.metadata ?? {}) as LiveNamespace["metadata"];
    return type === "kubernetes:core/v1:Namespace" && id && annotations[stackAnnotation] !== undefined
      ? [{ service: serviceOf(urn), namespace: id }]
      : [];
  });

/** Undefined where another stack has taken the namespace since. @throws UserError where it does not say whose it is: its note was lost */
async function noteUnlessTaken(lab: Lab): Promise<Noted | undefined> {
  const live = await liveNamespace(lab);
  const isSomebodys = live?.metadata.annotations?.[stackAnnotation] !== undefined;
  return isSomebodys && namespaceFault(live, lab.stackFile.claim(lab.config.namespace)) ? undefined : noteOn(live, lab);
}

/** The namespace that the file names where the stack is deployed there, or nowhere; else the one where it is. */
export async function placeOf(lab: Lab): Promise<Place> {
  const note = await readNote(lab);
  if (note.isThere) return placed(lab, note);
  const [other] = await otherPlaces(lab);
  return other ?? { lab, note };
}

/** The lab by what is applied, where it is deployed: an edited name of the application, or of its namespace, waits for the next update. */
export async function asDeployed(given: Lab): Promise<Lab> {
  const { lab, note } = await placeOf(given);
  const deployed = withApplied(lab, note.config);
  deployed.mustBeNamed?.(deployed.config);
  return deployed;
}
