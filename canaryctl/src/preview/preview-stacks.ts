import { UserError } from "@canary-lab/kit/user-error";
import { parseConfig } from "../../../stacks/config/parse-config.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { projectName, shortened, withStack } from "../../../stacks/stack-name.ts";
import { mustBeKnown } from "../choose-stack.ts";
import { withConfigCopy } from "../engine/config-copy.ts";
import { refuseBlindPreview } from "../existing-cluster/refuse-unfit-cluster.ts";
import type { GlobalOptions, Lab } from "../lab.ts";
import { openLab } from "../lab.ts";
import { environmentMask, type Mask } from "../mask.ts";
import { bareStack } from "../this-stack.ts";
import { digestOf, type LiveFacts, type PreviewDigest } from "./digest.ts";
import { notInBackend } from "./not-in-backend.ts";
import { missingIn } from "./outcome.ts";
import { type PreviewEvents, readPreviewEvents } from "./preview-events.ts";
import { readLive } from "./read-live.ts";

/** Previews of stacks, side by side. What stands in the way of one is told in its digest. */
export const previewStacks = (
  stacks: readonly string[],
  options: Omit<GlobalOptions, "stack">,
): Promise<readonly PreviewDigest[]> => Promise.all(stacks.map((stack) => previewStack({ ...options, stack })));

async function previewStack(options: GlobalOptions): Promise<PreviewDigest> {
  const { stack } = options;
  const mask = environmentMask();
  try {
    await mustBeKnown(stack, "--stack", "preview");
    const lab = openLab(options);
    lab.mustBeNamed?.(lab.config);
    return await previewLab(shortened(stack), lab, mask);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const text = withStack(error.toPlainText(), stack, bareStack());
    const events: PreviewEvents = { config: undefined, steps: [], errors: [text], messages: [], isWhole: false };
    return digestOf({ stack: shortened(stack), events, config: undefined, mask });
  }
}

/** The engine and the cluster are asked at the same time. */
export async function previewLab(stack: string, lab: Lab, mask: Mask): Promise<PreviewDigest> {
  await refuseBlindPreview(lab);
  const preview = withConfigCopy(lab.stackFile, (copy) => lab.engine.previewEvents(copy));
  const [lines, live] = await Promise.all([preview, readLive(lab)]);
  const events = withFirstUpdate(readPreviewEvents(lines, projectName), lab);
  return digestOf({ stack, events, config: configOf(events, lab.config), live: told(stack, live), mask });
}

/** The engine previews no stack that its backend does not have. What such a stack needs first is said in place of its words. */
function withFirstUpdate(events: PreviewEvents, lab: Lab): PreviewEvents {
  if (missingIn(events.errors) !== "state") return events;
  return { ...events, errors: [withStack(notInBackend(lab).toPlainText(), lab.stackFile.reference, bareStack())] };
}

/** The config that the engine previews: it may have read other defaults than the file's. */
function configOf({ config }: PreviewEvents, ofFile: LabConfig): LabConfig {
  try {
    return config ? parseConfig(config) : ofFile;
  } catch (error) {
    if (error instanceof UserError) return ofFile;
    throw error;
  }
}

const told = (stack: string, live: LiveFacts): LiveFacts =>
  live.notCompared === undefined ? live : { ...live, notCompared: withStack(live.notCompared, stack, bareStack()) };
