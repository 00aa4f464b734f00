import type { Writer } from "./facts.ts";

/** The program's own managers: the engine's plugin, and the one by which routes are applied. */
const ownManagers = /^(canary-lab|pulumi)/;

/** Whether somebody else than the program wrote a field last. */
export const isForeign = (writer: Writer | undefined): writer is Writer =>
  writer !== undefined && writer.manager !== "unknown" && !ownManagers.test(writer.manager);

/** Who wrote a field, as a line of evidence; Kubernetes notes no time for what was written by the scale subresource. */
export const writtenBy = (writer: Writer | undefined): readonly string[] =>
  writer ? [`written by ${writer.manager}${writer.at ? ` at ${writer.at}` : ""}`] : [];
