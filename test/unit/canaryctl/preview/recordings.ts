import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Mask } from "../../../../canaryctl/src/mask.ts";
import { type DigestInput, digestOf, type PreviewDigest } from "../../../../canaryctl/src/preview/digest.ts";
import { readPreviewEvents } from "../../../../canaryctl/src/preview/preview-events.ts";
import { UserError } from "../../../../packages/kit/src/user-error.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";

const folder = join(import.meta.dirname, "recorded");

/**
 * What the engine wrote in previews of a lab: `pulumi preview --json` with PULUMI_ENABLE_STREAMING_JSON_PREVIEW. What a preview does not
 * read was taken out: outputs, debug messages, and the inputs of most resources that stay as they are.
 */
export const recordings = readdirSync(folder).map((file) => file.replace(/\.ndjson$/, ""));

export const recordedLines = (name: string): readonly string[] =>
  readFileSync(join(folder, `${name}.ndjson`), "utf8").split("\n");

export function digestOfLines(lines: readonly string[], input: Partial<DigestInput> = {}): PreviewDigest {
  const events = readPreviewEvents(lines, "canary-lab");
  return digestOf({ stack: "dev", events, config: configOf(events.config), mask: new Mask(), ...input });
}

export const recorded = (name: string, input?: Partial<DigestInput>): PreviewDigest =>
  digestOfLines(recordedLines(name), input);

function configOf(values: Readonly<Record<string, string>> | undefined) {
  try {
    return values && parseConfig(values);
  } catch (error) {
    if (error instanceof UserError) return undefined; // as recorded: a preview of such a config is refused
    throw error;
  }
}

/** One event of a resource, as the engine writes it. */
export const stepEvent = (step: {
  readonly op: string;
  readonly type?: string;
  readonly name?: string;
  readonly before?: object;
  readonly after?: object;
  readonly keys?: readonly string[];
}): string => {
  const { op, type = "kubernetes:core/v1:ConfigMap", name = "one", before, after, keys } = step;
  const state = (inputs: object | undefined) => inputs && { custom: true, inputs };
  const metadata = {
    op,
    type,
    urn: `urn:pulumi:dev::canary-lab::${type}::${name}`,
    keys,
    old: state(before),
    new: state(after),
  };
  return JSON.stringify({ sequence: 1, timestamp: 0, resourcePreEvent: { metadata } });
};

export const succeeded = '{"sequence":9,"timestamp":0,"summaryEvent":{"result":"succeeded"}}';
