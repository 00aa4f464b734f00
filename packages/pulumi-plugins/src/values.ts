import structMessages, { type Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { isObject, type Json, type JsonObject, mapJson } from "./json.ts";

export const fromStruct = (struct: Struct | undefined): JsonObject => (struct?.toJavaScript() ?? {}) as JsonObject;
export const toStruct = (object: JsonObject): Struct => structMessages.Struct.fromJavaScript(object);

/** The resource's own type token out of its URN, such as `kubernetes:apps/v1:Deployment`. */
export const typeOf = (urn: string): string => urn.split("::")[2]?.split("$").at(-1) ?? "";

/** What stands for a value that is known only after the update. */
export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const signature = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const resourceSignature = "5cf8f73096256a8f31e491e813e4eb8e";
const outputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** Marks a value as a secret, as the engine does: it encrypts it in the state and masks it on the screen. */
export const secret = (value: Json): JsonObject => ({ [signature]: secretSignature, value });

const isSecret = (value: Json | undefined): value is JsonObject =>
  isObject(value) && value[signature] === secretSignature;

/** A reference to a resource, as a component hands its children to the program. */
export const resourceReference = (urn: string, id: string): JsonObject => ({ [signature]: resourceSignature, urn, id });

const contains = (value: Json | undefined, wanted: (value: Json) => boolean): boolean =>
  value !== undefined &&
  (wanted(value) ||
    (Array.isArray(value) && value.some((item) => contains(item, wanted))) ||
    (isObject(value) && Object.values(value).some((item) => contains(item, wanted))));

export const hasUnknown = (value: Json | undefined): boolean => contains(value, (item) => item === unknown);
export const hasSecret = (value: Json | undefined): boolean => contains(value, isSecret);

/** The SDK writes x-kubernetes-… keys of a CRD's schema with underscores. */
const dashed = (key: string): string => (key.startsWith("x_kubernetes_") ? key.replaceAll("_", "-") : key);
const underscored = (key: string): string => (key.startsWith("x-kubernetes-") ? key.replaceAll("-", "_") : key);

function reveal(value: Json): Json {
  if (isSecret(value)) return reveal(value.value ?? null);
  if (isObject(value) && value[signature] === outputSignature) return reveal(value.value ?? unknown);
  return value;
}

/** Properties as the API server takes them: secrets and outputs unwrapped, keys in their own spelling. Shares nothing with its argument. */
export const plain = (properties: JsonObject): JsonObject => mapJson(properties, reveal, dashed) as JsonObject;

/** The reverse of {@link plain}, before secrets are marked. */
export const asProperties = (object: JsonObject): JsonObject =>
  mapJson(object, (value) => value, underscored) as JsonObject;

/**
 * Carries the secrets of `from` over to `to`, in place: what is secret there is secret here. Objects are walked; a list that
 * holds any secret is secret as a whole, for its order may have changed. The data of a Secret is always secret.
 */
export function markSecrets(to: JsonObject, from: JsonObject): JsonObject {
  if (to.kind === "Secret") {
    for (const key of ["data", "stringData"]) {
      const value = to[key];
      if (value !== undefined && !isSecret(value)) to[key] = secret(value);
    }
    return to;
  }
  for (const [key, source] of Object.entries(from)) {
    const target = to[key];
    if (target === undefined || isSecret(target)) continue;
    if (isObject(target) && isObject(source) && !isSecret(source)) markSecrets(target, source);
    else if (hasSecret(source)) to[key] = secret(target);
  }
  return to;
}
