import type { RolloutObject } from "../../../canary/rollout/rollout-object.ts";
import { factsOf } from "../../../canary/strategies.ts";
import { namespacePath } from "../../../cluster/kube/paths.ts";
import { readIfAllowed } from "../../../cluster/kube/read-if-allowed.ts";
import { rolloutsSelector } from "../../../components/names.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import type { PlatformFacts } from "../../../stacks/platform-facts.ts";
import type { Lab } from "../lab.ts";
import { gatewayRoute } from "../traffic/gateway-route.ts";
import { askPods } from "./ask-pods.ts";
import type { ClusterFacts, PodFacts } from "./facts.ts";
import {
  eventFacts,
  namespaceFacts,
  peerAuthenticationFacts,
  podFacts,
  standsOnBy,
  type Workload,
  workloadFacts,
} from "./objects.ts";
import { policyFacts, quotaFacts, serviceFacts } from "./policies.ts";
import type { Reader } from "./reader.ts";
import { rolloutFacts } from "./rollouts.ts";
import { destinationRuleFacts, httpRouteFacts, ingressFacts, routeFacts } from "./route-objects.ts";

/**
 * Reads the cluster: one round of parallel reads. Only what must be asked through a pod comes after the list of pods.
 *
 * @throws UserError where the cluster does not answer
 */
export async function readCluster(lab: Lab, reader: Reader): Promise<ClusterFacts> {
  const { cluster, config } = lab;
  const { namespace, app, strategy } = config;
  const own = (group: string, plural: string) => `${group}/namespaces/${namespace}/${plural}`;
  const pods = reader.list(own("/api/v1", "pods"), podFacts);
  const found = reader.one(namespacePath(namespace), namespaceFacts);
  const platform = standsOnBy(found, config);
  const systemPods = platform.then((facts) => readPlatform(reader, facts, namespace));
  const rollouts = reader.list(own("/apis/argoproj.io/v1alpha1", "rollouts"), (one: Workload & RolloutObject) => one);
  const workloads = Promise.all([
    reader.list(own("/apis/apps/v1", "deployments"), workloadFacts("Deployment")),
    reader.list(own("/apis/apps/v1", "replicasets"), workloadFacts("ReplicaSet")),
    rollouts.then((all) => all?.map(workloadFacts("Rollout"))),
  ]);
  const read = {
    version: reader.one("/version", ({ gitVersion }: { readonly gitVersion: string }) => gitVersion),
    namespace: found,
    pods,
    systemPods,
    workloads: workloads.then((kinds) => kinds.flatMap((some) => some ?? [])),
    services: reader.list(own("/api/v1", "services"), serviceFacts),
    events: reader.list(own("/api/v1", "events"), eventFacts).then((some) => some?.flat()),
    quotas: reader.list(own("/api/v1", "resourcequotas"), quotaFacts),
    policies: reader.list(own("/apis/networking.k8s.io/v1", "networkpolicies"), policyFacts),
    autoscalers: reader.list(own("/apis/autoscaling/v2", "horizontalpodautoscalers"), autoscalerFacts),
    virtualServices: reader.list("/apis/networking.istio.io/v1/virtualservices", routeFacts),
    destinationRules: reader.list("/apis/networking.istio.io/v1/destinationrules", destinationRuleFacts),
    peerAuthentications: reader.list("/apis/security.istio.io/v1/peerauthentications", peerAuthenticationFacts),
    httpRoutes: readHttpRoutes(reader),
    ingresses: readIngresses(reader, config),
    heartbeats: reader.part("the leases of the kubelets", () => readHeartbeats(cluster)),
    injectors: reader.list(webhooks, revisionOf).then((some) => some?.flat()),
    httpRoute:
      strategy === "gateway-api"
        ? reader.part("the HTTPRoute", async () => (await gatewayRoute.read(cluster, config)) ?? null)
        : undefined,
    rollout: rollouts.then((all) => rolloutFacts(all?.find(({ metadata }) => metadata.name === app))),
    asked: Promise.all([platform, pods, systemPods]).then(([facts, ...all]) =>
      askPods(
        { ...lab, platform: facts },
        reader,
        all.flatMap((some) => some ?? []),
      ),
    ),
  };
  const { asked, version, ...rest } = await allOf(read);
  return { ...rest, ...asked, version: version ?? undefined };
}

/** Of each strategy: one that is attached to a Service leads its callers in the mesh, whatever else does. */
export const readHttpRoutes = (reader: Reader) =>
  reader.list("/apis/gateway.networking.k8s.io/v1/httproutes", httpRouteFacts);

export const readIngresses = async (reader: Reader, { strategy }: LabConfig) =>
  factsOf(strategy).entry === "ingress-controller"
    ? reader.list("/apis/networking.k8s.io/v1/ingresses", ingressFacts)
    : undefined;

const webhooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";

/** By the leases that kubelets renew. It is no loss that is told where an account may not read them: few may. */
async function readHeartbeats(cluster: Lab["cluster"]): Promise<ClusterFacts["heartbeats"]> {
  const leases = await readIfAllowed<{ readonly items: readonly Lease[] }>(cluster, nodeLeases);
  return leases?.items.flatMap(({ metadata, spec: { renewTime } }) =>
    renewTime ? [{ node: metadata.name, secondsAgo: (Date.now() - Date.parse(renewTime)) / 1000 }] : [],
  );
}

const nodeLeases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";

interface Lease {
  /** Its name is the node's. */
  readonly metadata: { readonly name: string };
  readonly spec: { readonly renewTime?: string };
}

/** Pods of what the application stands on. Where a Rollouts controller is, only its label says. */
async function readPlatform(
  reader: Reader,
  { mesh, ingress, monitoring }: PlatformFacts,
  own: string,
): Promise<readonly PodFacts[] | undefined> {
  const places = [mesh.controlPlane.namespace, ingress?.namespace, monitoring?.namespace];
  const namespaces = [...new Set(places.filter((place) => place !== undefined))];
  const found = await Promise.all([
    reader.list(`/api/v1/pods?labelSelector=${encodeURIComponent(rolloutsSelector)}`, podFacts),
    ...namespaces.map((namespace) => reader.list(`/api/v1/namespaces/${namespace}/pods`, podFacts)),
  ]);
  if (found.some((some) => some === undefined)) return undefined;
  const [controllers = [], ...others] = found;
  const elsewhere = controllers.filter(({ namespace }) => ![...namespaces, own].includes(namespace));
  return [...elsewhere, ...others.flatMap((some) => some ?? [])];
}

/** Each property awaited, all at once. */
async function allOf<T extends object>(promises: T): Promise<{ [Key in keyof T]: Awaited<T[Key]> }> {
  const entries = await Promise.all(Object.entries(promises).map(async ([key, value]) => [key, await value]));
  return Object.fromEntries(entries);
}

const autoscalerFacts = ({
  metadata,
  spec,
}: {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly scaleTargetRef: { readonly name: string } };
}) => ({ name: metadata.name, target: spec.scaleTargetRef.name });

/** The revision whose sidecars a webhook injects; none for a webhook of something else. */
const revisionOf = ({
  metadata,
}: {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}): readonly string[] => {
  const { app, "istio.io/rev": revision = "default", "istio.io/tag": tag } = metadata.labels ?? {};
  return app === "sidecar-injector" ? [revision, ...(tag ? [tag] : [])] : [];
};
