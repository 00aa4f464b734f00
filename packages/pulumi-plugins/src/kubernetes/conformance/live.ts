import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { type JsonObject, listAt, objectAt, textAt } from "../../json.ts";

interface Known {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** The objects that a state file holds, by the resource's type and name and the object's id. */
function objectsIn(stateFile: string): Map<string, Known> {
  let resources: JsonObject[];
  try {
    const state = JSON.parse(readFileSync(stateFile, "utf8")) as JsonObject;
    resources = listAt(state, "checkpoint", "latest", "resources") as JsonObject[];
  } catch {
    return new Map(); // there is no state yet
  }
  const found = resources.flatMap((resource): [string, Known][] => {
    const [urn, id] = [textAt(resource, "urn"), textAt(resource, "id")];
    const outputs = objectAt(resource, "outputs");
    const object = textAt(outputs, "apiVersion") ? outputs : objectAt(resource, "inputs");
    const [apiVersion, kind] = [textAt(object, "apiVersion"), textAt(object, "kind").replace(/Patch$/, "")];
    if (!apiVersion || !kind || !id) return [];
    const [, , types = "", resourceName = ""] = urn.split("::");
    const [name = "", namespace = ""] = id.split("/").reverse();
    return [[`${types.split("$").at(-1)}::${resourceName}|${id}`, { apiVersion, kind, name, namespace }]];
  });
  return new Map(found);
}

/** The object as it is in the cluster, without what no user wrote; or why there is none. */
function read({ apiVersion, kind, name, namespace }: Known): Promise<JsonObject | string> {
  const [version = "", group = ""] = apiVersion.split("/").reverse();
  const resource = (group ? `${kind}.${version}.${group}` : kind).toLowerCase();
  const args = ["get", resource, name, ...(namespace ? ["-n", namespace] : []), "-o", "json"];
  return new Promise((resolve) => {
    execFile("kubectl", args, { timeout: 20_000, maxBuffer: 2 ** 24 }, (error, stdout, stderr) => {
      if (!error) {
        const { status: _, ...object } = JSON.parse(stdout) as JsonObject;
        const { uid, resourceVersion, creationTimestamp, managedFields, generation, ...metadata } =
          objectAt(object, "metadata") ?? {};
        return resolve({ ...object, metadata });
      }
      if (/not ?found/i.test(stderr)) return resolve("absent");
      return resolve(
        /the server doesn't have a resource type/.test(stderr) ? "no such kind" : stderr.trim().slice(0, 300),
      );
    });
  });
}

/** Makes a function that reads the objects that the state holds now or held when it was called last: what is deleted counts, too. */
export function liveObjects(stateFile: string): () => Promise<Record<string, JsonObject | string>> {
  let known = new Map<string, Known>();
  return async () => {
    const now = objectsIn(stateFile);
    const all = [...new Map([...known, ...now])];
    known = now;
    const objects = await Promise.all(all.map(async ([key, object]) => [key, await read(object)] as const));
    return Object.fromEntries(objects.toSorted(([one], [other]) => (one < other ? -1 : 1)));
  };
}
