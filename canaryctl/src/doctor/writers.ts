import { isForeign } from "../traffic/route.ts";
import type { Writer } from "./facts.ts";

/** Whether somebody else than the program wrote a field last. */
export const isForeignWriter = (writer: Writer | undefined): writer is Writer =>
  writer !== undefined && isForeign(writer.manager);

/** Who wrote a field, as a line of evidence; Kubernetes notes no time for what was written by the scale subresource. */
export const writtenBy = (writer: Writer | undefined): readonly string[] =>
  writer ? [`written by ${writer.manager}${writer.at ? ` at ${writer.at}` : ""}`] : [];
