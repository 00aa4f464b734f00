import type { JsonObject } from "../../json.ts";
import { NoMatchError } from "../api/cluster.ts";
import { AwaitFailure, isNotFound, PartialFailure } from "../api/errors.ts";
import { awaitDeleted } from "../awaiting/await.ts";
import { annotation, annotations, idOf, isPatch, parseId, setNamespace } from "../objects/objects.ts";
import { unrender } from "../objects/render.ts";
import { managerFor, readState, writeState } from "../objects/state.ts";
import { dropsUnreachable, type Session } from "../session.ts";
import { timeoutOf } from "./create.ts";
import { relinquish } from "./update.ts";

export interface DeleteRequest {
  readonly id: string;
  readonly urn: string;
  readonly properties: JsonObject;
  readonly timeout: number;
}

const policies: Readonly<Record<string, string>> = { orphan: "Orphan", background: "Background" };

/** Deletes an object and waits until it is gone. One that is gone already, or whose kind is, is a success. */
export async function remove(session: Session, { id, urn, properties, timeout }: DeleteRequest): Promise<void> {
  const state = readState(properties);
  const { live, inputs } = state;
  if (session.settings.renderDirectory) return unrender(session, urn, live);
  if (!session.cluster) {
    await dropsUnreachable(session, urn, "configured Kubernetes cluster is unreachable");
    return;
  }
  const { cluster } = session;
  const { name, namespace } = parseId(id);
  const place = { ...live, metadata: { ...(live.metadata as JsonObject), name } };
  setNamespace(place, namespace);
  try {
    if (isPatch(urn, inputs)) {
      await relinquish(cluster, place, managerFor(session, inputs, state.manager));
      return;
    }
    await cluster.delete(
      place,
      policies[annotation(inputs, annotations.deletionPropagation).toLowerCase()] ?? "Foreground",
    );
    await awaitDeleted(session, { urn, inputs, live: place, timeoutSeconds: timeoutOf(timeout, inputs) });
  } catch (error) {
    if (isNotFound(error) || error instanceof NoMatchError) return;
    if (!(error instanceof AwaitFailure)) throw error;
    throw new PartialFailure(error.message, {
      id: idOf(error.object),
      state: writeState({ ...state, live: error.object }, properties),
    });
  }
}
