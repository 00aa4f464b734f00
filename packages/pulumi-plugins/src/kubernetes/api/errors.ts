import type { JsonObject } from "../../json.ts";

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

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
