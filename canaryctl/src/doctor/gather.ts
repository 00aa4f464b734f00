import { delimiter } from "node:path";
import { programVersion } from "@canary-lab/kit/program-version";
import { onPath } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { notedValues, type Pending, pendingChanges } from "../../../stacks/config/applied-config.ts";
import { engineVariables } from "../engine/variables.ts";
import type { Lab } from "../lab.ts";
import { analyze } from "./analysis.ts";
import type { Facts } from "./facts.ts";
import { readCluster } from "./read-cluster.ts";
import { Reader } from "./reader.ts";
import { readState } from "./state.ts";

/**
 * Reads what the checks look at. Whatever is away takes only its own part along.
 *
 * @param configFault what is wrong with the stack's file, where something is
 */
export async function gather(lab: Lab, configFault?: string): Promise<Facts> {
  const reader = new Reader(lab.cluster);
  const path = [...lab.environment.path, process.env.PATH ?? ""].join(delimiter);
  const pulumi = onPath("pulumi", path);
  const istioctl = onPath("istioctl", path);
  const [cluster, state, pulumiVersion, analysis] = await Promise.all([
    clusterOrSilence(lab, reader),
    readState(lab, reader),
    pulumi === undefined
      ? undefined
      : programVersion(pulumi, ["version"], engineVariables(lab.environment, process.env)),
    istioctl === undefined ? undefined : analyze(istioctl, lab),
  ]);
  return {
    stack: lab.stackFile.stack,
    config: lab.config,
    configFault,
    ...cluster,
    pending: configFault === undefined ? pendingOf(lab, cluster.cluster?.namespace?.note) : [],
    state,
    pulumiVersion,
    analysis,
    unread: reader.unread,
  };
}

/** Nothing where the program has noted nothing. */
function pendingOf({ stackFile }: Lab, note: string | undefined): readonly Pending[] {
  const applied = notedValues(note);
  return applied ? pendingChanges(applied, stackFile.values()) : [];
}

async function clusterOrSilence(lab: Lab, reader: Reader): Promise<Pick<Facts, "cluster" | "silence">> {
  try {
    return { cluster: await readCluster(lab, reader), silence: undefined };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { cluster: undefined, silence: { message: error.message, place: error.place } };
  }
}
