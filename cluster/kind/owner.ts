import { hostname } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { type ClusterPorts, type Mark, publishedPorts } from "./commands.ts";
import { markOf } from "./former.ts";
import { isFinished, type KindLab } from "./state.ts";

/** Which cluster a checkout made in Docker: the id is in the mark of its node, too. */
interface Note {
  readonly id: string;
  /** Of a cluster that is being made, from before kind begins until its node is marked: it may then be made anew. */
  readonly making?: ClusterPorts;
}

export const noteFile = (home: string): string => join(home, "kind.json");

export function readNote(home: string): Note | undefined {
  const text = readIfThere(noteFile(home));
  return text === undefined ? undefined : (JSON.parse(text) as Note);
}

export const writeNote = (home: string, note: Note): void =>
  writePrivateFile(noteFile(home), `${JSON.stringify(note)}\n`);

/** Every mark of a lab's containers. */
export const marksOf = ({ registry, marks }: KindLab): readonly Mark[] => [
  ...marks,
  ...(registry ? [markOf(registry)] : []),
];

/**
 * Whose the containers are: `ours`; of a `lost` lab, whose folder is gone; of `another` checkout on this machine; of one `elsewhere`, by
 * the name of its host; of `nobody` here, where a cluster has the lab's name and was not made by one; `unclear`, where what is
 * there does not say enough to remove it; or there are none.
 */
export type Owner = "none" | "ours" | "lost" | "another" | "elsewhere" | "nobody" | "unclear";

export function ownerOf(lab: KindLab, home: string, host = hostname()): Owner {
  const { nodes, registry, unreadable } = lab;
  if (!registry && nodes.length === 0) return "none";
  if (unreadable !== undefined) return "unclear";
  const note = readNote(home);
  if (nodes.length > 0 && !isFinished(lab)) {
    if (note === undefined) return "nobody";
    return isBeingMade(lab, note) ? "ours" : "unclear";
  }
  const marks = marksOf(lab);
  const [id, ...others] = new Set(marks.map((mark) => mark.id));
  if (others.length > 0) return "unclear";
  if (id === note?.id) return "ours";
  if (marks.some((mark) => isKept(mark))) return "another";
  return marks.some((mark) => mark.host !== host) ? "elsewhere" : "lost";
}

/** Whether a cluster is the one that was being made: a free port was chosen for its API server, and noted, before it was there. */
const isBeingMade = ({ nodes, registry }: KindLab, { making }: Note): boolean =>
  making !== undefined && !registry && nodes.every(({ ports }) => isDeepStrictEqual(ports, publishedPorts(making)));

/** Whether the checkout that made something still knows of it. A note that cannot be read is another user's. */
function isKept({ home, id }: Mark): boolean {
  try {
    return readNote(home)?.id === id;
  } catch {
    return true;
  }
}
