import * as pulumi from "@pulumi/pulumi";
import { createHook } from "./create-hook.ts";
import { imageOf, type PodTemplate } from "./rollout-live.ts";
import type { Wait } from "./wait-until.ts";

/** How what cannot be let in yet is waited for. */
export type AdmissionWait = Pick<Wait, "say" | "isPreview" | "clock">;

/** Each lets something in, at once or when it can be taken, and throws where it cannot, in a preview as well. */
interface Admission {
  /** The image of a new pod template. */
  readonly revision: (image: string, wait: AdmissionWait) => Promise<void>;
  /** Other steps for the revision that is there already; they are let in where left out. */
  readonly steps?: (wait: AdmissionWait) => Promise<void>;
}

/** The hook to run before what holds the pod template, the Rollout or the Deployment that it refers to, is changed. */
export function revisionHook(name: string, { revision, steps }: Admission): pulumi.ResourceHook {
  // In a migration the Deployment brings the new revision, and the Rollout its steps behind it.
  let isAdmitted = false;
  return createHook(
    name,
    async ({ newInputs, oldInputs }) => {
      const wait: AdmissionWait = {
        say: (line) => void pulumi.log.info(line, undefined, undefined, true),
        isPreview: pulumi.runtime.isDryRun(),
      };
      const [asked, before] = [specOf(newInputs), specOf(oldInputs)];
      const image = asked?.template && imageOf(asked.template);
      if (image && differ(asked.template, before?.template)) {
        await revision(image, wait);
        isAdmitted = true;
      } else if (!isAdmitted && differ(asked?.strategy?.canary?.steps, before?.strategy?.canary?.steps)) {
        await steps?.(wait);
      }
    },
    { onDryRun: true },
  );
}

interface Spec {
  readonly template?: PodTemplate;
  readonly strategy?: { readonly canary?: { readonly steps?: readonly object[] } };
}

const specOf = (inputs: Record<string, unknown> | undefined): Spec | undefined => inputs?.spec as Spec | undefined;

const differ = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other);
