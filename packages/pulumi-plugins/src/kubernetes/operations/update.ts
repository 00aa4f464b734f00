import { isDeepStrictEqual } from "node:util";
import { prune } from "../../difference.ts";
import { isObject, type Json, type JsonObject, objectAt } from "../../json.ts";
import { hasUnknown, plain } from "../../values.ts";
import { type Cluster, NoMatchError } from "../api/cluster.ts";
import { AwaitFailure, isConflict, isForbidden, messageOf, PartialFailure } from "../api/errors.ts";
import { awaitReady } from "../awaiting/await.ts";
import { normalise } from "../objects/normalise.ts";
import {
  apiVersionOf,
  idOf,
  isCustomResourceDefinition,
  isPatch,
  type KubeObject,
  kindOf,
  nameOf,
  namespaceOf,
} from "../objects/objects.ts";
import { conflictMessage, isForced, keepIgnored, takeOver } from "../objects/ownership.ts";
import { render } from "../objects/render.ts";
import { managerFor, readState, type State, writeState } from "../objects/state.ts";
import { reachable, type Session } from "../session.ts";
import { type Outcome, timeoutOf } from "./create.ts";

export interface UpdateRequest {
  readonly urn: string;
  readonly olds: JsonObject;
  readonly news: JsonObject;
  readonly ignoreChanges: readonly string[];
  readonly timeout: number;
  readonly preview: boolean;
}

/** Changes an object by server-side apply under its own manager, and waits until it is in order again. */
export async function update(session: Session, request: UpdateRequest): Promise<Outcome> {
  const { urn, olds, news, preview } = request;
  const { cluster, settings } = session;
  const old = readState(olds);
  const inputs = await normalise(plain(news), cluster);
  const manager = managerFor(session, inputs, old.manager);
  const outcome = (live: KubeObject): Outcome => ({
    id: idOf(live),
    properties: writeState({ inputs, live, initialApiVersion: old.initialApiVersion, manager }, news),
  });
  const unsure: Outcome = { id: "", properties: news };
  if (preview && hasUnknown(inputs)) return unsure;
  if (settings.renderDirectory) {
    if (!preview) render(session, urn, inputs);
    return outcome(inputs);
  }
  if (preview && !cluster?.serves(apiVersionOf(inputs), kindOf(inputs))) return unsure;
  const there = reachable(session);
  const place = { ...inputs, metadata: { name: nameOf(old.live), namespace: namespaceOf(inputs) } };
  let failure: unknown;
  try {
    const before = await there.get(place);
    const changed = await submit(session, there, request, structuredClone(inputs), before, old, manager);
    if (preview) return outcome(changed);
    const ready = await awaitReady(session, {
      urn,
      inputs,
      live: changed,
      before,
      timeoutSeconds: timeoutOf(request.timeout, inputs),
    });
    const previous = managerFor(session, old.inputs, old.manager);
    if (settings.serverSideApply && old.manager && previous !== manager) await relinquish(there, ready, previous);
    return outcome(ready);
  } catch (error) {
    if (preview && isForbidden(error)) return unsure;
    if (error instanceof NoMatchError) {
      throw new Error(
        `update of resource "${urn}" failed because the Kubernetes API server reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been created: ${error.message}`,
      );
    }
    failure = error;
  }
  const seen = await there.get(place).catch((error: unknown) => {
    throw new Error(
      `update of resource "${urn}" failed: ${messageOf(failure)}\nunable to get cluster state: ${messageOf(error)}`,
    );
  });
  const message = `the Kubernetes API server reported that "${idOf(seen)}" failed to fully initialize or become live: ${messageOf(failure)}`;
  const reasons = failure instanceof AwaitFailure ? failure.details : [];
  throw new PartialFailure(message, { id: idOf(seen), state: outcome(seen).properties, reasons });
}

async function submit(
  session: Session,
  cluster: Cluster,
  { urn, ignoreChanges, preview }: UpdateRequest,
  inputs: KubeObject,
  before: KubeObject,
  old: State,
  manager: string,
): Promise<KubeObject> {
  const { settings } = session;
  const options = { manager, force: false, dryRun: preview };
  if (isCustomResourceDefinition(inputs)) {
    // A CRD is replaced as a whole, and keeps its objects.
    return rewrite(cluster, before, (live) =>
      cluster.replace(
        { ...inputs, metadata: { ...objectAt(inputs, "metadata"), resourceVersion: versionOf(live) } },
        options,
      ),
    );
  }
  if (!settings.serverSideApply) {
    const known = await normalise(structuredClone(old.inputs), cluster);
    return cluster.patch(inputs, mergePatch(prune(old.live, known), inputs) as JsonObject, options);
  }
  const live = preview || isPatch(urn, inputs) ? before : await takeOverFields(cluster, before, manager);
  keepIgnored(inputs, live, ignoreChanges, manager);
  try {
    return await cluster.apply(inputs, { ...options, force: isForced(inputs, live, settings, preview) });
  } catch (error) {
    throw isConflict(error) ? new Error(conflictMessage(manager, messageOf(error))) : error;
  }
}

/** Makes `manager` the owner of the fields that {@link takeOver} gives it. */
export const takeOverFields = (cluster: ReadWrite, before: KubeObject, manager: string): Promise<KubeObject> =>
  rewrite(cluster, before, async (live) => {
    const owners = takeOver(live, manager);
    if (!owners) return live;
    return cluster.patch(live, [
      { op: "replace", path: "/metadata/managedFields", value: owners },
      { op: "replace", path: "/metadata/resourceVersion", value: versionOf(live) },
    ]);
  });

type ReadWrite = Pick<Cluster, "get" | "patch">;

const versionOf = (live: KubeObject): Json => objectAt(live, "metadata")?.resourceVersion ?? null;

/** As often as client-go's `retry.DefaultRetry`: whoever writes an object all the time, as a controller its status, leaves a gap. */
const attempts = 5;

/**
 * Writes an object by what was read of it. Where somebody wrote it in between, it is read again and written by that.
 *
 * @throws ApiError of the last attempt
 */
async function rewrite(
  cluster: Pick<Cluster, "get">,
  before: KubeObject,
  write: (live: KubeObject) => Promise<KubeObject>,
): Promise<KubeObject> {
  let live = before;
  for (let attempt = 1; ; attempt++) {
    try {
      return await write(live);
    } catch (error) {
      if (!isConflict(error) || attempt === attempts) throw error;
    }
    live = await cluster.get(live);
  }
}

/** The merge patch (RFC 7386) from one value to another: what is gone becomes null. */
export function mergePatch(from: Json | undefined, to: Json): Json {
  if (!isObject(from) || !isObject(to)) return to;
  const patch: JsonObject = {};
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) patch[key] = null;
  for (const [key, value] of Object.entries(to)) {
    const before = Object.hasOwn(from, key) ? from[key] : undefined; // not what every object inherits, such as toString
    if (!isDeepStrictEqual(before, value)) patch[key] = mergePatch(before, value);
  }
  return patch;
}

/** Gives up all that a manager owns of an object: what nobody else owns goes away. */
export const relinquish = (
  cluster: Cluster,
  { apiVersion = "", kind = "", ...object }: KubeObject,
  manager: string,
): Promise<KubeObject> =>
  cluster.apply(
    { apiVersion, kind, metadata: { name: nameOf(object), namespace: namespaceOf(object) } },
    { manager, force: false, dryRun: false },
  );
