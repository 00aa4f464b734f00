import type { ClusterClient } from "@canary-lab/kit/kube/client";
import * as pulumi from "@pulumi/pulumi";
import type { LabConfig } from "../config/schema.ts";
import type { RiseGate } from "./gated-rise.ts";
import { type GatedStack, isGated, type Rise, riseFault, standingOverride } from "./rise-gate.ts";
import { isByCanaryctl, isTargeted } from "./targeted.ts";
import { toldOfStack } from "./told.ts";

/**
 * The gate of an update by the program; undefined where nobody is asked, and nothing is kept of that. A move by canaryctl, which is an update
 * of a few resources, was asked about before it began, or was given a reason to go past the judge.
 */
export function programGate(stack: GatedStack & { readonly client: ClusterClient }): RiseGate | undefined {
  if (isByCanaryctl() && isTargeted()) return undefined;
  if (!isGated(stack.config)) return overriddenGate(stack);
  const override = "npx canaryctl config set judgeOverride urgent && npx canaryctl up";
  return {
    faultOf: (rise) => riseFault(stack, rise, override),
    tell: (fault) => void pulumi.log.warn(`As things are, the update is refused: ${toldOfStack(fault)}`),
  };
}

/** A rise that the config has made without the judge is in the history, also where plain `pulumi` makes it: canaryctl keeps its own moves. */
function overriddenGate({ client, config }: { client: ClusterClient; config: LabConfig }): RiseGate | undefined {
  if (!standingOverride(config)) return undefined;
  const note = async (rise: Rise) => {
    if (rise.from === 0 || rise.to <= rise.from) return; // a first share is not judged
    const { noteOverride } = await import("./history.ts");
    await noteOverride(client, config, rise).catch((error: Error) => {
      void pulumi.log.warn(`This is not in the history: ${error.message}`);
    });
  };
  return { faultOf: async () => undefined, tell: () => {}, ...(!isByCanaryctl() && { note }) };
}
