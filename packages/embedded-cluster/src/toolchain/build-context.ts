import { join } from "node:path";
import type { Commands, EmbeddedClusterSettings } from "../settings.ts";

/** What every step of the toolchain needs to know of the run that it is part of. */
export interface BuildContext {
  /** Aborted when another unit has failed: there is no use in going on. */
  readonly signal: AbortSignal;
  /** The user's cache folder. */
  readonly cache: string;
  /** Folder of log files. */
  readonly logs: string;
  /** Commands that error messages name. */
  readonly commands: Commands;
}

export const buildContext = (settings: EmbeddedClusterSettings, signal: AbortSignal): BuildContext => ({
  signal,
  cache: settings.cache,
  logs: join(settings.home, "logs"),
  commands: settings.commands,
});

/** Folder in which the built tools stand, each in a folder of its own. */
export const toolsFolder = (cache: string): string => join(cache, "tools");

/** Folder of units that are being made. */
export const draftsFolder = (cache: string): string => join(toolsFolder(cache), "drafts");

/** Folder of the caches that all builds share (of Go, of apt); dropped when everything is made. */
export const buildCaches = (cache: string): string => join(cache, "building");
