import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "@canary-lab/kit/kube/errors";
import { type JsonObject, numberAt } from "../../json.ts";
import { hasUnknown, plain } from "../../values.ts";
import { type Cluster, NoMatchError } from "../api/cluster.ts";
import {
  AwaitFailure,
  isAlreadyExists,
  isConflict,
  isForbidden,
  isMissingNamespace,
  isNotFound,
  messageOf,
  PartialFailure,
} from "../api/errors.ts";
import { awaitReady } from "../awaiting/await.ts";
import {
  annotation,
  annotations,
  apiVersionOf,
  idOf,
  isCustomResourceDefinition,
  isPatch,
  type KubeObject,
  kindOf,
} from "../objects/objects.ts";
import { conflictMessage, creatingManager, isForced } from "../objects/ownership.ts";
import { render } from "../objects/render.ts";
import { managerFor, writeState } from "../objects/state.ts";
import { reachable, type Session } from "../session.ts";

export interface Outcome {
  readonly id: string;
  readonly properties: JsonObject;
}

export interface CreateRequest {
  readonly urn: string;
  readonly properties: JsonObject;
  /** Seconds the user allows; 0: none said. */
  readonly timeout: number;
  readonly preview: boolean;
}

const existsHelp = `

The resource already exists in the cluster. Either it belongs to somebody else, or to this program under another name:

  - renamed in the program: give the resource an alias, or deleteBeforeReplace where it is being replaced
  - made outside of Pulumi: adopt it with the \`import\` option, or manage some of its fields with a Patch resource
  - to be taken over on purpose: set upsertExistingObjects on the provider`;

/** Seconds to wait for an object to be in order: the resource's option, its annotation, else ten minutes. */
export const timeoutOf = (timeout: number, inputs: KubeObject): number =>
  timeout || Number.parseInt(annotation(inputs, annotations.timeoutSeconds), 10) || 600;

/**
 * Makes an object, and waits until it is in order. A preview asks the server to go through it without doing it; where that cannot
 * tell, because something it needs is not there yet, the inputs are the answer.
 */
export async function create(session: Session, request: CreateRequest): Promise<Outcome> {
  const { urn, properties, preview } = request;
  const inputs = plain(properties);
  const initialApiVersion = apiVersionOf(inputs);
  const manager = managerFor(session, inputs, "");
  const outcome = (live: KubeObject): Outcome => ({
    id: preview ? "" : idOf(live),
    properties: writeState({ inputs, live, initialApiVersion, manager }, properties),
  });
  const { cluster, settings } = session;
  const unsure: Outcome = { id: "", properties };
  if (preview && (hasUnknown(inputs) || isPatch(urn, inputs) || !settings.serverSideApply)) return unsure;
  if (settings.renderDirectory) {
    if (!preview) render(session, urn, inputs);
    return { ...outcome(inputs), id: preview ? "" : idOf(inputs) };
  }
  if (preview) {
    if (!cluster?.serves(initialApiVersion, kindOf(inputs))) return unsure;
    try {
      const { status: _, ...live } = await submit(session, cluster, urn, inputs, manager, true);
      return outcome(live);
    } catch (error) {
      const cannotTell =
        isForbidden(error) ||
        isAlreadyExists(error) ||
        isMissingNamespace(error) ||
        messageOf(error).includes("does not support dry run");
      if (cannotTell) return unsure;
      throw notCreated(urn, inputs, error);
    }
  }
  const live = await submitUntilAccepted(session, reachable(session), request, inputs, manager);
  if (isCustomResourceDefinition(inputs)) await cluster?.discover();
  try {
    return outcome(
      await awaitReady(session, { urn, inputs, live, timeoutSeconds: timeoutOf(request.timeout, inputs) }),
    );
  } catch (error) {
    const seen = error instanceof AwaitFailure ? error.object : live;
    const message = `resource "${urn}" was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live: ${messageOf(error)}`;
    const reasons = error instanceof AwaitFailure ? error.details : [];
    throw new PartialFailure(message, { id: idOf(seen), state: outcome(seen).properties, reasons });
  }
}

async function submit(
  session: Session,
  cluster: Cluster,
  urn: string,
  inputs: KubeObject,
  manager: string,
  dryRun: boolean,
): Promise<KubeObject> {
  const { settings } = session;
  if (!(settings.serverSideApply && (settings.upsert || isPatch(urn, inputs)))) {
    return cluster.create(inputs, { manager: creatingManager, force: false, dryRun });
  }
  try {
    return await cluster.apply(inputs, { manager, force: isForced(inputs, undefined, settings, dryRun), dryRun });
  } catch (error) {
    throw isConflict(error) ? new Error(conflictMessage(manager, messageOf(error))) : error;
  }
}

/** What is missing now, a namespace or a kind, may be on its way in the same update: up to a minute, or the user's own limit. */
async function submitUntilAccepted(
  session: Session,
  cluster: Cluster,
  request: CreateRequest,
  inputs: KubeObject,
  manager: string,
): Promise<KubeObject> {
  const { urn, timeout } = request;
  const deadline = Date.now() + 1000 * Math.min(60, timeout || 60);
  for (let pause = 250; ; pause = Math.min(pause * 2, 4000)) {
    try {
      return await submit(session, cluster, urn, inputs, manager, false);
    } catch (error) {
      const mayCome = error instanceof NoMatchError || isNotFound(error);
      if (!mayCome || Date.now() + pause > deadline || session.cancelled.aborted) throw notCreated(urn, inputs, error);
      session.engine.status(urn, `Retrying; creation failed: ${messageOf(error)}`);
      await sleep(pause, undefined, { signal: session.cancelled }).catch(() => undefined);
    }
  }
}

function notCreated(urn: string, inputs: KubeObject, error: unknown): Error {
  if (error instanceof NoMatchError) {
    return new Error(
      `creation of resource "${urn}" with kind ${apiVersionOf(inputs)}/${kindOf(inputs)} failed because the Kubernetes API server ` +
        `reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: ${error.message}`,
    );
  }
  const help = isAlreadyExists(error) ? existsHelp : "";
  const reason =
    error instanceof ApiError && numberAt(error.body as JsonObject, "code") === undefined
      ? `${error.status}: ${error.message}`
      : messageOf(error);
  return new Error(`resource "${urn}" was not successfully created by the Kubernetes API server: ${reason}${help}`);
}
