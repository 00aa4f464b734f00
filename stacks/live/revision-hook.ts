import * as pulumi from "@pulumi/pulumi";
import { createHook } from "./create-hook.ts";
import { imageOf, type PodTemplate } from "./rollout-live.ts";

/** Lets the image of a new pod template in, at once or when it can be taken; throws where it cannot. `say` tells what is waited for. */
export type Admission = (image: string, say: (line: string) => void) => Promise<void>;

/** The hook to run before what holds the pod template, the Rollout or the Deployment that it refers to, is changed. */
export const revisionHook = (name: string, admit: Admission): pulumi.ResourceHook =>
  createHook(name, async ({ newInputs, oldInputs }) => {
    const [asked, before] = [templateOf(newInputs), templateOf(oldInputs)];
    const image = asked && imageOf(asked);
    if (!image || JSON.stringify(asked) === JSON.stringify(before)) return;
    await admit(image, (line) => void pulumi.log.info(line, undefined, undefined, true));
  });

const templateOf = (inputs: Record<string, unknown> | undefined): PodTemplate | undefined =>
  (inputs?.spec as { readonly template?: PodTemplate } | undefined)?.template;
