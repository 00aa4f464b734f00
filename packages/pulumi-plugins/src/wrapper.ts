import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { isProgram, quoted } from "@canary-lab/kit/programs";

/** The plugins that this package has a substitute for; each is served by `<name>/main.ts`. */
export type Substitute = "kubernetes" | "docker" | "language";

const mark = "# Substitute plugin of canary-lab.";

/** What earlier versions wrote in its place: their labs are still there. */
const earlierMark = "# Stand-in of canary-lab";

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

/** Whether a file's content is a wrapper of this or of another folder, and not somebody's own plugin. */
export const isWrapper = (content: string): boolean => content.includes(mark) || content.includes(earlierMark);

/** Makes `file` the wrapper of a plugin. One that is there and right is left alone, for an engine may be starting it. */
export function writeWrapper(options: {
  readonly file: string;
  readonly node: string;
  readonly plugin: Substitute;
  readonly compileCache: string;
}): void {
  const { file, node, plugin, compileCache } = options;
  const wrapper = renderWrapper(node, join(import.meta.dirname, plugin, "main.ts"), compileCache);
  if (isProgram(file) && readFileSync(file, "utf8") === wrapper) return;
  writePrivateFile(file, wrapper);
  chmodSync(file, 0o700);
}
