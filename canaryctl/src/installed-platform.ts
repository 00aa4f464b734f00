import { UserError } from "@canary-lab/kit/user-error";
import { type PlatformPart, platformPartNames } from "../../cluster/target.ts";
import { ownerAnnotation } from "../../components/names.ts";
import { type PlatformUse, platformUse } from "../../stacks/live/platform-users.ts";
import type { ExportedState } from "./engine/pending.ts";
import { stateOf } from "./engine/state.ts";
import type { Lab } from "./lab.ts";

/** What a stack installed for its own application and others. */
interface InstalledPlatform {
  /** The full name by which others know it; undefined where an older version made it, which others cannot stand on. */
  readonly owner: string | undefined;
  /** Those whose definitions go with it. */
  readonly parts: readonly PlatformPart[];
}

const meshType = "canary-lab:mesh:Istio";

/** The component of each part, in a state. */
const typesOf: Readonly<Record<PlatformPart, string>> = {
  monitoring: "canary-lab:monitoring:KubePrometheusStack",
  rollouts: "canary-lab:argo:ArgoRollouts",
  "gateway-api": "canary-lab:gateway-api:GatewayApi",
  "istio-cni": "canary-lab:mesh:IstioCni",
};

/** The platform that a stack installed, by its state: a config may be what is broken. Undefined where it installed none. */
export function platformIn(state: ExportedState | undefined): InstalledPlatform | undefined {
  const resources = state?.deployment.resources ?? [];
  const has = (type: string) => resources.some((resource) => resource.type === type);
  const owners = resources.flatMap(({ inputs }) => {
    const { annotations = {} } = (inputs?.metadata ?? {}) as { readonly annotations?: Record<string, string> };
    return annotations[ownerAnnotation] ?? [];
  });
  if (!has(meshType) && owners.length === 0) return undefined;
  return { owner: owners[0], parts: platformPartNames.filter((part) => has(typesOf[part])) };
}

/**
 * The platform that a stack installed; undefined also for a stack that the backend does not have. A state that cannot be read says
 * nothing of it, and may be that of an owner.
 */
export async function installedPlatform(lab: Pick<Lab, "engine" | "state">): Promise<InstalledPlatform | undefined> {
  try {
    return platformIn(await stateOf(lab));
  } catch (error) {
    if (error instanceof UserError) return { owner: undefined, parts: [] };
    throw error;
  }
}

const noUse: PlatformUse = { applications: [], users: [], objects: [] };

/**
 * What others have in the cluster, and on a stack's platform.
 *
 * @param isMade whether the lab made the cluster: one that does not answer has nobody to be asked for, and objects of nobody's stack go
 * with it
 */
export async function useOf(
  { cluster }: Pick<Lab, "cluster">,
  platform: InstalledPlatform | undefined,
  isMade: boolean,
): Promise<PlatformUse> {
  try {
    return await platformUse(cluster, platform?.owner, isMade ? [] : (platform?.parts ?? []));
  } catch (error) {
    if (isMade && error instanceof UserError) return noUse;
    throw error;
  }
}
