import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { isProgram } from "@canary-lab/kit/programs";
import { inLab } from "../../../cluster/lab-folder.ts";

/** The plugins of the engine that this lab can stand in for; each is served by `<name>/main.ts`. */
export type StandIn = "kubernetes" | "docker" | "language";

const mark = "# Stand-in of canary-lab, written by `canaryctl up`.";

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/**
 * The program that the engine starts in place of a plugin: the pinned Node on the plugin's source. It becomes that process, so
 * that the engine's signals reach it.
 *
 * @param node path of the Node binary
 * @param main path of the plugin's entry point
 * @param compileCache folder where Node keeps compiled code, which halves the start
 */
export const renderWrapper = (node: string, main: string, compileCache: string): string =>
  [
    "#!/bin/sh",
    mark,
    `export NODE_COMPILE_CACHE=${quoted(compileCache)}`,
    `exec ${quoted(node)} ${quoted(main)} "$@"`,
    "",
  ].join("\n");

/** Whether a file's content is a wrapper of this or of another lab, and not somebody's own plugin. */
export const isWrapper = (content: string): boolean => content.includes(mark);

/** Makes `file` the wrapper of a plugin. One that is there and right is left alone, for an engine may be starting it. */
export function writeWrapper(file: string, node: string, plugin: StandIn): void {
  const wrapper = renderWrapper(node, join(import.meta.dirname, plugin, "main.ts"), inLab("compile-cache"));
  if (isProgram(file) && readFileSync(file, "utf8") === wrapper) return;
  writePrivateFile(file, wrapper);
  chmodSync(file, 0o700);
}
