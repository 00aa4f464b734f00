import { ApiError, type ClusterClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import { rolloutsControllerSelector } from "../../components/names.ts";
import type { LabConfig } from "../config/schema.ts";
import { existingFacts } from "../existing/facts.ts";
import type { ExistingObjects, Meta } from "../existing/objects.ts";
import type { PlatformFacts } from "../platform-facts.ts";

/**
 * The facts of a platform that no stack of this project installed, by one round of parallel reads. Nothing of it is changed.
 *
 * @param place the stack's file
 * @throws UserError that names all that the config needs and the cluster has not, or not in a way that can be used
 */
export async function findExisting(
  client: Pick<ClusterClient, "get">,
  config: LabConfig,
  place: string,
): Promise<PlatformFacts> {
  const objects = await readObjects(client).catch((error: unknown) => {
    throw error instanceof ApiError && error.status === 403 ? forbidden(error, place) : error;
  });
  const found = existingFacts(objects, config);
  if ("facts" in found) return found.facts;
  const { faults } = found;
  const each = <T>(values: readonly T[]): readonly T[] => [...new Set(values)];
  throw new UserError(
    `The platform of this cluster is not what this stack needs: ${faults.map(({ cause }) => cause).join("; ")}.`,
    {
      place: `platform in ${place}`,
      allowed: each(faults.map(({ allowed }) => allowed)).join("; "),
      next: each(faults.flatMap(({ next }) => next)),
    },
  );
}

const forbidden = ({ message, place: call }: ApiError, place: string): UserError =>
  new UserError(`The platform of this cluster cannot be looked for: ${message}`, {
    place: `${call}; platform existing in ${place}`,
    allowed:
      "an account that may list namespaces, Services, pods, Deployments, MutatingWebhookConfigurations and Prometheus objects of the cluster",
    next: "kubectl auth can-i list mutatingwebhookconfigurations",
  });

/** By the labels that charts, profiles and published manifests give these objects. */
async function readObjects(client: Pick<ClusterClient, "get">): Promise<ExistingObjects> {
  const list = async <T extends Meta>(path: string): Promise<readonly T[]> =>
    (await client.get<{ readonly items?: readonly T[] }>(path))?.items ?? [];
  const labelled = (label: string) => `?labelSelector=${encodeURIComponent(label)}`;
  const deployments = "/apis/apps/v1/deployments";
  const [namespaces, webhooks, istiods, ztunnels, services, prometheuses, rollouts, httpRoutes] = await Promise.all([
    list("/api/v1/namespaces"),
    list<ExistingObjects["webhooks"][number]>("/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"),
    list<ExistingObjects["istiods"][number]>(deployments + labelled("app=istiod")),
    list(`/api/v1/pods${labelled("app=ztunnel")}&limit=1`),
    list<ExistingObjects["services"][number]>("/api/v1/services"),
    list<ExistingObjects["prometheuses"][number]>("/apis/monitoring.coreos.com/v1/prometheuses"),
    list<ExistingObjects["rollouts"][number]>(deployments + labelled(rolloutsControllerSelector)),
    client.get<Meta>("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/httproutes.gateway.networking.k8s.io"),
  ]);
  return { namespaces, webhooks, istiods, ztunnels, services, prometheuses, rollouts, httpRoutes };
}
