import * as pulumi from "@pulumi/pulumi";
import { createHook } from "./create-hook.ts";
import { imageOf, type PodTemplate } from "./rollout-live.ts";

/** Each lets something in, at once or when it can be taken, and throws where it cannot. `say` tells what is waited for. */
export interface Admission {
  /** The image of a new pod template. */
  readonly revision: (image: string, say: (line: string) => void) => Promise<void>;
  /** Other steps for the revision that is there already; they are let in where left out. */
  readonly steps?: (say: (line: string) => void) => Promise<void>;
}

/** The hook to run before what holds the pod template, the Rollout or the Deployment that it refers to, is changed. */
export function revisionHook(name: string, { revision, steps }: Admission): pulumi.ResourceHook {
  // In a migration the Deployment brings the new revision, and the Rollout its steps behind it.
  let isAdmitted = false;
  return createHook(name, async ({ newInputs, oldInputs }) => {
    const say = (line: string) => void pulumi.log.info(line, undefined, undefined, true);
    const [asked, before] = [specOf(newInputs), specOf(oldInputs)];
    const image = asked?.template && imageOf(asked.template);
    if (image && differ(asked.template, before?.template)) {
      await revision(image, say);
      isAdmitted = true;
    } else if (!isAdmitted && differ(asked?.strategy?.canary?.steps, before?.strategy?.canary?.steps)) {
      await steps?.(say);
    }
  });
}

interface Spec {
  readonly template?: PodTemplate;
  readonly strategy?: { readonly canary?: { readonly steps?: readonly object[] } };
}

const specOf = (inputs: Record<string, unknown> | undefined): Spec | undefined => inputs?.spec as Spec | undefined;

const differ = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other);
