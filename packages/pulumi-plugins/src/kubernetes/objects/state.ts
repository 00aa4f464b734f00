import { randomBytes } from "node:crypto";
import { isObject, type JsonObject, textAt } from "../../json.ts";
import { asProperties, markSecrets, plain } from "../../values.ts";
import type { Session } from "../session.ts";
import { annotation, annotations, type KubeObject } from "./objects.ts";
import { creatingManager } from "./ownership.ts";

/** What the state remembers of a resource: the last inputs and the live object, as the real plugin stores them. */
export interface State {
  readonly inputs: KubeObject;
  readonly live: KubeObject;
  readonly initialApiVersion: string;
  readonly manager: string;
}

export function readState(properties: JsonObject): State {
  const { __inputs, __initialApiVersion, __fieldManager, ...live } = plain(properties);
  return {
    inputs: isObject(__inputs) ? __inputs : {},
    live,
    initialApiVersion: typeof __initialApiVersion === "string" ? __initialApiVersion : textAt(live, "apiVersion"),
    manager: typeof __fieldManager === "string" ? __fieldManager : "",
  };
}

/** The state to store. `from` are the properties as the engine sent them, for what is secret in them. */
export function writeState(state: State, from: JsonObject): JsonObject {
  return {
    ...markSecrets(asProperties(state.live), from),
    __inputs: markSecrets(asProperties(state.inputs), from),
    __initialApiVersion: state.initialApiVersion,
    __fieldManager: state.manager,
  };
}

/** The field manager of a resource: pinned by annotation, else the one it has, else a new one of its own. */
export function managerFor(session: Session, inputs: KubeObject, remembered: string): string {
  if (!session.settings.serverSideApply) return creatingManager;
  return (
    annotation(inputs, annotations.patchFieldManager) ||
    remembered ||
    `${creatingManager}-${randomBytes(4).toString("hex")}`
  );
}
