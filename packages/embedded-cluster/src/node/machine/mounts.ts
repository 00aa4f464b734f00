import { readFileSync } from "node:fs";
import { execa } from "execa";

/** `/proc/self/mountinfo` writes space, tab, newline and backslash as octal. */
const decode = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));

/** Mount points at or below `folder`, deepest first: the order in which they can be undone. */
export function mountsBelow(mountinfo: string, folder: string): string[] {
  return mountinfo
    .split("\n")
    .map((line) => decode(line.split(" ")[4] ?? ""))
    .filter((point) => point === folder || point.startsWith(`${folder}/`))
    .reverse() // a later mount may lie on an earlier one
    .sort((a, b) => b.split("/").length - a.split("/").length);
}

export const currentMounts = (folder: string): string[] =>
  mountsBelow(readFileSync("/proc/self/mountinfo", "utf8"), folder);

/** Undoes every mount at or below `folder`; one that is busy is detached, and goes with its last user. */
export async function unmountBelow(folder: string): Promise<void> {
  const points = currentMounts(folder);
  if (points.length === 0) return;
  await execa("umount", ["--", ...points], { reject: false });
  const busy = currentMounts(folder);
  if (busy.length > 0) await execa("umount", ["--lazy", "--", ...busy], { reject: false });
}
