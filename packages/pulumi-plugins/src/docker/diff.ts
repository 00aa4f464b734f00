import { difference, type PathChange } from "../difference.ts";
import { type JsonObject, objectAt } from "../json.ts";

/** Who pushes is no part of an image, and tokens change by the hour: of the registry only the server counts. */
function comparable(inputs: JsonObject): JsonObject {
  const registry = objectAt(inputs, "registry");
  return registry ? { ...inputs, registry: { server: registry.server ?? "" } } : inputs;
}

/** How checked inputs differ, by path. Nothing forces a replacement: a changed image is built again. */
export const diffInputs = (olds: JsonObject, news: JsonObject): ReadonlyMap<string, PathChange> =>
  difference(comparable(olds), comparable(news), []);
