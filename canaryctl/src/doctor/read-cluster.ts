import type { RolloutObject } from "../../../canary/rollout/rollout-object.ts";
import { namespacePath } from "../../../cluster/kube/paths.ts";
import { rolloutsNamespace } from "../../../components/argo/render-argo-rollouts.ts";
import { ingressNamespace, systemNamespace } from "../../../components/mesh/render-istio.ts";
import { monitoringNamespace } from "../../../components/monitoring/render-kube-prometheus-stack.ts";
import type { Lab } from "../lab.ts";
import { gatewayRoute } from "../traffic/gateway-route.ts";
import { askPods } from "./ask-pods.ts";
import type { ClusterFacts, PodFacts } from "./facts.ts";
import {
  destinationRuleFacts,
  eventFacts,
  namespaceFacts,
  peerAuthenticationFacts,
  podFacts,
  routeFacts,
  type Workload,
  workloadFacts,
} from "./objects.ts";
import { policyFacts, quotaFacts, serviceFacts } from "./policies.ts";
import type { Reader } from "./reader.ts";
import { rolloutFacts } from "./rollouts.ts";

/** The namespaces of what the application stands on. */
const platformNamespaces = [systemNamespace, ingressNamespace, rolloutsNamespace, monitoringNamespace];

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
  const systemPods = readPlatform(reader);
  const rollouts = reader.list(own("/apis/argoproj.io/v1alpha1", "rollouts"), (one: Workload & RolloutObject) => one);
  const workloads = Promise.all([
    reader.list(own("/apis/apps/v1", "deployments"), workloadFacts("Deployment")),
    reader.list(own("/apis/apps/v1", "replicasets"), workloadFacts("ReplicaSet")),
    rollouts.then((all) => all?.map(workloadFacts("Rollout"))),
  ]);
  const read = {
    version: reader.one("/version", ({ gitVersion }: { readonly gitVersion: string }) => gitVersion),
    namespace: reader.one(namespacePath(namespace), namespaceFacts),
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
    injectors: reader.list(webhooks, revisionOf).then((some) => some?.flat()),
    httpRoute:
      strategy === "gateway-api"
        ? reader.part("the HTTPRoute", async () => (await gatewayRoute.read(cluster, config)) ?? null)
        : undefined,
    rollout: rollouts.then((all) => rolloutFacts(all?.find(({ metadata }) => metadata.name === app))),
    asked: Promise.all([pods, systemPods]).then((all) =>
      askPods(
        lab,
        reader,
        all.flatMap((some) => some ?? []),
      ),
    ),
  };
  const { asked, version, ...found } = await allOf(read);
  return { ...found, ...asked, version: version ?? undefined };
}

const webhooks = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";

async function readPlatform(reader: Reader): Promise<readonly PodFacts[] | undefined> {
  const found = await Promise.all(
    platformNamespaces.map((namespace) => reader.list(`/api/v1/namespaces/${namespace}/pods`, podFacts)),
  );
  return found.some((some) => some === undefined) ? undefined : found.flatMap((some) => some ?? []);
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
