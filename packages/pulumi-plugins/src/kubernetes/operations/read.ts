import { prune } from "../../difference.ts";
import { isObject, type JsonObject, objectAt } from "../../json.ts";
import { asProperties, markSecrets, plain, typeOf } from "../../values.ts";
import { NoMatchError } from "../api/cluster.ts";
import { AwaitFailure, isNotFound, messageOf, PartialFailure } from "../api/errors.ts";
import { checkHealth } from "../awaiting/await.ts";
import { normalise } from "../objects/normalise.ts";
import { annotation, annotations, type KubeObject, kindOfType, parseId } from "../objects/objects.ts";
import { writtenPart } from "../objects/ownership.ts";
import { managerFor, readState, writeState } from "../objects/state.ts";
import { dropsUnreachable, type Session } from "../session.ts";

export interface ReadRequest {
  readonly id: string;
  readonly urn: string;
  /** The state and inputs that are known; empty for an import. */
  readonly properties: JsonObject;
  readonly inputs: JsonObject;
}

export interface ReadOutcome {
  /** Empty when the object does not exist. */
  readonly id: string;
  readonly properties: JsonObject;
  readonly inputs: JsonObject;
}

const gone: ReadOutcome = { id: "", properties: {}, inputs: {} };
/** What the cluster or kubectl adds to an object's marks. */
const addedMarks = {
  annotations: ["deployment.kubernetes.io/revision", "kubectl.kubernetes.io/last-applied-configuration"],
  labels: ["kubernetes.io/metadata.name"],
} as const;

/** Inputs that would make a live object: what of it was written, but for its status. */
async function importedInputs(
  live: KubeObject,
  normaliser: (object: KubeObject) => Promise<KubeObject>,
): Promise<KubeObject> {
  const { status: _, ...rest } = writtenPart(structuredClone(live));
  const inputs = await normaliser(rest);
  const metadata = objectAt(inputs, "metadata") ?? {};
  for (const [field, keys] of Object.entries(addedMarks)) {
    const marks = objectAt(metadata, field) ?? {};
    for (const key of keys) delete marks[key];
    if (Object.keys(marks).length === 0) delete metadata[field];
  }
  if (inputs.kind === "Secret" && inputs.type === "Opaque") delete inputs.type; // the default, and its removal would replace
  return inputs;
}

/** Reads the live object: for an import with inputs made from it, for a refresh with the inputs that the program named. */
export async function read(session: Session, request: ReadRequest): Promise<ReadOutcome> {
  const { id, urn } = request;
  if (session.settings.renderDirectory) return request;
  if (!session.cluster) {
    if (session.settings.skipUnreachable) return request;
    await dropsUnreachable(session, urn, "failed to read resource state due to unreachable cluster");
    return gone;
  }
  const { cluster } = session;
  const { namespace, name } = parseId(id);
  if (!name)
    throw new Error(`failed to read resource because of a failure to parse resource name from request ID: ${id}`);
  const state = readState(request.properties);
  let inputs = await normalise(plain(request.inputs), cluster);
  const isImport = !inputs.apiVersion && !state.live.apiVersion;
  const identity = inputs.apiVersion ? inputs : state.live.apiVersion ? state.live : kindOfType(typeOf(urn));
  const place: KubeObject = {
    apiVersion: identity.apiVersion ?? "",
    kind: identity.kind ?? "",
    metadata: { name, namespace },
  };

  let live: KubeObject;
  let failure: unknown;
  try {
    live = await cluster.get(place);
    const skips = isImport || annotation(inputs, annotations.skipAwait) === "true";
    if (!skips) {
      await checkHealth(session, live).catch((error: unknown) => {
        failure = error;
      });
    }
  } catch (error) {
    if (isNotFound(error) || error instanceof NoMatchError) return gone;
    throw error;
  }
  if (isImport) inputs = await importedInputs(live, (object) => normalise(object, cluster));
  else inputs = prune(live, isObject(inputs.metadata) ? inputs : { ...place, ...inputs }) as KubeObject;
  const initialApiVersion = state.initialApiVersion || String(place.apiVersion);
  const properties = writeState(
    { inputs, live, initialApiVersion, manager: managerFor(session, inputs, state.manager) },
    request.inputs,
  );
  const outcome = { id, properties, inputs: markSecrets(asProperties(inputs), request.inputs) };
  if (failure instanceof AwaitFailure) {
    throw new PartialFailure(messageOf(failure), {
      id,
      state: properties,
      inputs: outcome.inputs,
      reasons: failure.details,
    });
  }
  if (failure) throw failure;
  return outcome;
}
