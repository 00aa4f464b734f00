import { graphOf } from "../../../../canaryctl/src/graph/graph-of.ts";
import type { GraphObjects } from "../../../../canaryctl/src/graph/objects.ts";
import { application } from "./live-objects.ts";

export const drawn = (objects: GraphObjects) => graphOf(objects, application, "dev");

/** The edges, as `from -> to: labels`. */
export const edges = (objects: GraphObjects): readonly string[] =>
  drawn(objects).edges.map(
    ({ from, to, labels }) => `${from} -> ${to}${labels.length > 0 ? `: ${labels.join(", ")}` : ""}`,
  );

export const faults = (objects: GraphObjects): Readonly<Record<string, string>> =>
  Object.fromEntries(drawn(objects).nodes.flatMap(({ id, fault }) => (fault === undefined ? [] : [[id, fault]])));

export const linesOf = (objects: GraphObjects, wanted: string) =>
  drawn(objects).nodes.find(({ id }) => id === wanted)?.lines;

export const route = "VirtualService/versioned-echo-virtualservice";
