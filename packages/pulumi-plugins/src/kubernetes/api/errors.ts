import { ApiError, UnreachableError } from "@canary-lab/kit/kube/errors";
import { type JsonObject, textAt } from "../../json.ts";

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.status === 404;
export const isConflict = (error: unknown): boolean => error instanceof ApiError && error.reason === "Conflict";
export const isAlreadyExists = (error: unknown): boolean =>
  error instanceof ApiError && error.reason === "AlreadyExists";
/** As client-go has it: a proxy in front of the API server refuses without a reason of Kubernetes'. */
export const isForbidden = (error: unknown): boolean =>
  error instanceof ApiError && (error.reason === "Forbidden" || (error.reason === "" && error.status === 403));
export const isMissingNamespace = (error: unknown): boolean =>
  error instanceof ApiError &&
  error.status === 404 &&
  textAt(error.body as JsonObject, "details", "kind") === "namespaces";

/** Was made or changed, but is not in order: the state keeps what there is, with the reasons, and the next run tries again. */
export class PartialFailure extends Error {
  readonly id: string;
  readonly state: JsonObject;
  readonly inputs: JsonObject | undefined;
  readonly reasons: readonly string[];

  constructor(
    message: string,
    result: { id: string; state: JsonObject; inputs?: JsonObject; reasons?: readonly string[] },
  ) {
    super(message);
    this.name = "PartialFailure";
    this.id = result.id;
    this.state = result.state;
    this.inputs = result.inputs;
    this.reasons = [message, ...(result.reasons ?? [])];
  }
}

/** Waiting for an object ended without success. `details` say why, one line each; `object` is its last known form. */
export class AwaitFailure extends Error {
  readonly details: readonly string[];
  readonly object: JsonObject;

  constructor(message: string, object: JsonObject, details: readonly string[] = []) {
    super(message);
    this.name = "AwaitFailure";
    this.object = object;
    this.details = details;
  }
}

/** The text of an error in one line of the engine's output. */
export function messageOf(error: unknown): string {
  if (error instanceof UnreachableError) return `${error.message} (${error.place})`;
  return error instanceof Error ? error.message : String(error);
}
