import { hostname } from "node:os";
import { join } from "node:path";
import { readIfThere, writePrivateFile } from "@canary-lab/kit/private-files";
import { labels, type Mark } from "./commands.ts";
import { type Container, gatewayPort, type KindLab } from "./state.ts";

/** Which lab a checkout made in Docker: the id is in the marks of its containers, too. */
interface Note {
  readonly id: string;
  /** From before kind makes the cluster until its node knows the registry: a node that does not may then be made anew. */
  readonly isMaking?: true;
}

export const noteFile = (home: string): string => join(home, "kind.json");

export function readNote(home: string): Note | undefined {
  const text = readIfThere(noteFile(home));
  return text === undefined ? undefined : (JSON.parse(text) as Note);
}

export const writeNote = (home: string, { id, isMaking }: Note): void =>
  writePrivateFile(noteFile(home), `${JSON.stringify({ id, ...(isMaking && { isMaking }) })}\n`);

/** What the labels of a registry say; undefined where they are not a lab's. */
export function markOf({ labels: found }: Container): Mark | undefined {
  const { [labels.id]: id, [labels.home]: home, [labels.host]: host } = found;
  return id && home && host ? { id, home, host } : undefined;
}

/** Every mark of a lab's containers. */
export function marksOf({ registry, marks }: KindLab): readonly Mark[] {
  const label = registry && markOf(registry);
  return [...marks, ...(label ? [label] : [])];
}

/**
 * Whose the containers are: `ours`; of a `lost` lab, whose folder is gone; of `another` checkout on this machine; of one `elsewhere`, by
 * the name of its host; of `nobody` here, where a cluster has the lab's name and was not made by one; `unclear`, where what is
 * there does not say enough to remove it; or there are none.
 */
export type Owner = "none" | "ours" | "lost" | "another" | "elsewhere" | "nobody" | "unclear";

export function ownerOf(lab: KindLab, home: string, host = hostname()): Owner {
  const { registry, nodes, isConnected } = lab;
  if (!registry && nodes.length === 0) return "none";
  const note = readNote(home);
  if (nodes.length > 0 && !isConnected) return ownerOfUnconnected(lab, note);
  const marks = marksOf(lab);
  const [id, ...others] = new Set(marks.map((mark) => mark.id));
  if (id === undefined || others.length > 0 || (registry && !markOf(registry))) return "unclear";
  if (id === note?.id) return "ours";
  if (marks.some((mark) => isKept(mark))) return "another";
  return marks.some((mark) => mark.host !== host) ? "elsewhere" : "lost";
}

/** A node that knows no registry: of a lab whose making did not end, of one that was damaged, or of no lab. */
function ownerOfUnconnected(lab: KindLab, note: Note | undefined): Owner {
  const { registry, unreadable } = lab;
  if (unreadable !== undefined) return "unclear";
  if (!registry) return note?.isMaking ? "unclear" : "nobody";
  const mark = markOf(registry);
  if (!mark || gatewayPort(lab) === undefined) return "unclear";
  if (mark.id === note?.id) return note.isMaking ? "ours" : "unclear";
  return isKept(mark) ? "another" : "unclear";
}

/** Whether the checkout that made something still knows of it. A note that cannot be read is another user's. */
function isKept({ home, id }: Mark): boolean {
  try {
    return readNote(home)?.id === id;
  } catch {
    return true;
  }
}
