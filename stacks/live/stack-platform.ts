import type { ClusterClient } from "@canary-lab/kit/kube/client";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";
import { namespacePath } from "../../cluster/kube/paths.ts";
import { systemNamespace } from "../../components/mesh/render-istio.ts";
import { ownerAnnotation } from "../../components/names.ts";
import type { LabConfig } from "../config/schema.ts";
import { addTo, isPlatformFacts, lacks, type PlatformFacts } from "../platform-facts.ts";
import { existingPlatform } from "../platform-parts.ts";
import { projectName, type StackName } from "../stack-name.ts";
import type { LiveNamespace } from "./namespace-owner.ts";

/** The outputs of a stack by its full name; undefined where the backend has no such stack. */
export type ReadOutputs = (stack: string) => Promise<Readonly<Record<string, unknown>> | undefined>;

/** The stack that uses a platform, as far as a refusal names it. */
export interface PlatformRequest {
  readonly config: LabConfig;
  readonly own: Required<Pick<StackName, "stack" | "organization">>;
  /** The stack's file. */
  readonly place: string;
}

/** The full name of the stack that a config names as the owner of its platform; `existing` where that is none. */
export const ownerOf = ({ config: { platform }, own }: PlatformRequest): string =>
  platform.includes("/") || platform === existingPlatform ? platform : `${own.organization}/${projectName}/${platform}`;

/**
 * The facts of a platform that another stack installed, from that stack's outputs. That it did so in this very cluster, the namespace of
 * the mesh says.
 *
 * @throws UserError where there is no such platform here, or it lacks what the config needs
 */
export async function stackPlatform(
  client: Pick<ClusterClient, "get">,
  readOutputs: ReadOutputs,
  use: PlatformRequest,
): Promise<PlatformFacts> {
  const owner = ownerOf(use);
  const refuse = (cause: string, details: ConstructorParameters<typeof UserError>[1]) =>
    new UserError(cause, { place: `platform in ${use.place}`, ...details });
  const named = quoted(use.config.platform);
  const raise = `npx canaryctl --stack ${named} up`;
  if (owner === `${use.own.organization}/${projectName}/${use.own.stack}`) {
    throw refuse(`platform is ${use.config.platform}, which is this very stack.`, {
      allowed: "own, or another stack",
      next: "npx canaryctl config rm platform && npx canaryctl up",
    });
  }
  const [outputs, mesh] = await Promise.all([
    readOutputs(owner),
    client.get<LiveNamespace>(namespacePath(systemNamespace)),
  ]);
  if (!outputs)
    throw refuse(`There is no stack ${owner} in the backend, and platform names it.`, {
      allowed: "own, or a stack that is up",
      next: `npx canaryctl --stack ${named} up --create`,
    });
  const { platform: facts } = outputs;
  if (facts === undefined) throw refuse(`Stack ${owner} is not up: it has no platform yet.`, { next: raise });
  if (facts === null) {
    throw refuse(`Stack ${owner} installs no platform: it uses another's.`, {
      allowed: `own, or the stack that stack ${owner} names as its platform`,
      next: `npx canaryctl --stack ${named} config get platform`,
    });
  }
  if (!isPlatformFacts(facts))
    throw refuse(`Stack ${owner} was updated last by another version of this program.`, { next: raise });
  if (mesh?.metadata.annotations?.[ownerAnnotation] !== owner) {
    throw refuse(`The platform of stack ${owner} is not in this cluster.`, {
      allowed: "a stack whose platform is in the cluster of kubeContext; or own, where there is none",
      next: [`npx canaryctl --stack ${named} status`, "npx canaryctl config set platform own && npx canaryctl up"],
    });
  }
  const lacking = lacks(use.config, facts);
  if (lacking.length === 0) return facts;
  throw refuse(
    `The platform of stack ${owner} lacks what this stack needs: ${lacking.map(({ need, instead }) => `${need}, and it has ${instead}`).join("; ")}.`,
    {
      allowed: `what it has; or ${lacking.map(({ setting }) => setting.join(" ")).join(", ")} in stack ${owner}`,
      next: addTo(use.config.platform, lacking),
    },
  );
}
