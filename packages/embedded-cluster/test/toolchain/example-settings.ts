import type { EmbeddedClusterSettings } from "../../src/settings.ts";
import { type BuildContext, buildContext } from "../../src/toolchain/build-context.ts";

export const commands = { up: "cluster up", down: "cluster down" };

/** Settings of a cluster that keeps everything below one folder. */
export const exampleSettings = (folder: string): EmbeddedClusterSettings => ({
  home: `${folder}/home`,
  cache: `${folder}/cache`,
  commands,
});

export const exampleContext = (folder: string): BuildContext =>
  buildContext(exampleSettings(folder), new AbortController().signal);
