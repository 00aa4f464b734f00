import { UserError } from "@canary-lab/kit/user-error";
import type { RolloutObject } from "../../../canary/rollout/rollout-object.ts";
import { namespacePath } from "../../../cluster/kube/paths.ts";
import { clientName } from "../../../components/names.ts";
import { serviceOf } from "../../../stacks/application-scope.ts";
import { askProxies } from "../doctor/ask-pods.ts";
import { admission } from "../doctor/checks/admission.ts";
import { absentState } from "../doctor/checks/engine.ts";
import { namespace } from "../doctor/checks/namespace.ts";
import { pods } from "../doctor/checks/pods.ts";
import { replicas } from "../doctor/checks/replicas.ts";
import { rivals } from "../doctor/checks/rivals.ts";
import { proxies, route } from "../doctor/checks/route.ts";
import { subsets } from "../doctor/checks/subsets.ts";
import type { ClusterFacts, Facts } from "../doctor/facts.ts";
import type { Finding } from "../doctor/finding.ts";
import { eventFacts, namespaceFacts, podFacts, standsOnBy, type Workload, workloadFacts } from "../doctor/objects.ts";
import { quotaFacts, serviceFacts } from "../doctor/policies.ts";
import { readHttpRoutes, readIngresses } from "../doctor/read-cluster.ts";
import { Reader } from "../doctor/reader.ts";
import { rolloutFacts } from "../doctor/rollouts.ts";
import { destinationRuleFacts, routeFacts } from "../doctor/route-objects.ts";
import { type Drift, findVisibleDrift } from "../engine/drift/live-objects.ts";
import { driftText } from "../engine/drift/mend.ts";
import type { ExportedState } from "../engine/pending.ts";
import type { Lab } from "../lab.ts";
import { gatewayRoute } from "../traffic/gateway-route.ts";

/** What is wrong, what was read, and the command that mends it. */
export interface StatusFinding extends Pick<Finding, "id" | "what" | "evidence"> {
  readonly next: string;
}

/** What `status` looks at beside the release itself: `doctor` looks at more, and takes its time for it. */
export async function readFindings(lab: Lab): Promise<readonly StatusFinding[]> {
  const reader = new Reader(lab.cluster);
  const [cluster, drift] = await Promise.all([readFacts(lab, reader), readDrift(lab)]);
  const of = drift instanceof UserError ? undefined : drift;
  return [...stateFindings(lab, cluster, drift), ...statusFindings(lab, cluster, of ?? [])];
}

/** @param read the error of a state that is damaged; undefined where nothing can be read of it */
export function stateFindings(
  {
    state,
    stackFile: { stack },
  }: { readonly state: object | undefined; readonly stackFile: { readonly stack: string } },
  { namespace: deployed }: Pick<ClusterFacts, "namespace">,
  read: readonly Drift[] | UserError | undefined,
): readonly StatusFinding[] {
  if (read instanceof UserError) return [damage(read)];
  return !read && state && deployed ? [asFinding(absentState(stack))] : [];
}

const damage = ({ message, place = "", first, next }: UserError): StatusFinding => ({
  id: "state",
  what: message,
  evidence: [place, ...(first ? [first] : [])],
  next: next ?? "npx canaryctl doctor",
});

const checks = [namespace, admission, pods, subsets, route, rivals, proxies, replicas];

/** @param drift of the objects in the stack's state */
export function statusFindings(
  { config }: Pick<Lab, "config">,
  cluster: ClusterFacts,
  drift: readonly Drift[],
): readonly StatusFinding[] {
  const facts = { config } as Facts;
  const found = checks.flatMap((check) => check(cluster, facts)).filter(isFault);
  const more = drift.filter((one) => !found.some((finding) => isAbout(finding, one)));
  return [
    ...found.map(asFinding),
    ...more.map((one) => ({
      id: `drift/${one.kind}/${one.id}`,
      what: `${one.kind} ${one.id} ${one.live ? "is not as the last update wrote it" : "is gone"}.`,
      evidence: driftText(one),
      next: "npx canaryctl up",
    })),
  ];
}

const asFinding = ({ id, what, evidence, mend }: Finding): StatusFinding => ({
  id,
  what,
  evidence,
  next: mend[0] ?? "npx canaryctl doctor",
});

/** A number of pods that is not the config's is one here, too, whoever is well served by it. */
const isFault = ({ severity, id }: Finding): boolean =>
  severity === "error" || /^(replicas|namespace-notes)\//.test(id);

/** A check says more of an object than that it has drifted. */
const isAbout = ({ id }: Finding, { kind, id: object }: Drift): boolean => {
  const name = object.split("/").at(-1);
  return id.endsWith(`/${name}`) && (id.includes(kind) || ["Namespace", "Deployment", "Rollout"].includes(kind));
};

/**
 * Compares the cluster with the stack's state: the objects of the application that the status is about, and with the stack's own
 * application also those of the platform. A state that only the engine can read is not compared: to start the engine takes longer than all
 * of `status`.
 *
 * @returns the error where the state is damaged, undefined where nothing can be read of it
 */
async function readDrift({ cluster, state, stackFile }: Lab): Promise<readonly Drift[] | UserError | undefined> {
  let saved: ExportedState | undefined;
  try {
    saved = state?.read();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  const resources = saved?.deployment.resources?.filter(({ urn }) => serviceOf(urn) === stackFile.service);
  return saved && findVisibleDrift(cluster, { ...saved.deployment, ...(resources && { resources }) });
}

/** One round of parallel reads; the proxies are asked as soon as their pods are known. What the checks do not need is left out. */
async function readFacts(lab: Lab, reader: Reader): Promise<ClusterFacts> {
  const { cluster, config } = lab;
  const { namespace, app, strategy } = config;
  const own = (group: string, plural: string) => `${group}/namespaces/${namespace}/${plural}`;
  const ownPods = reader.list(own("/api/v1", "pods"), podFacts);
  const namespaceRead = reader.one(namespacePath(namespace), namespaceFacts);
  const platform = standsOnBy(namespaceRead, config);
  const gatewayPods = platform.then(({ ingress }) =>
    ingress ? reader.list(`/api/v1/namespaces/${ingress.namespace}/pods`, podFacts) : [],
  );
  const asked = Promise.all([platform, ownPods, gatewayPods]).then(([facts, pods = [], gateways = []]) =>
    askProxies({ ...lab, platform: facts }, reader, [
      ...pods.filter(({ labels }) => labels.app === clientName(app)),
      ...gateways,
    ]),
  );
  const [found, all, events, quotas, services, deployments, sets, rollouts, routes, rules, httpRoutes, ...more] =
    await Promise.all([
      namespaceRead,
      ownPods,
      reader.list(own("/api/v1", "events"), eventFacts),
      reader.list(own("/api/v1", "resourcequotas"), quotaFacts),
      reader.list(own("/api/v1", "services"), serviceFacts),
      reader.list(own("/apis/apps/v1", "deployments"), workloadFacts("Deployment")),
      reader.list(own("/apis/apps/v1", "replicasets"), workloadFacts("ReplicaSet")),
      reader.list(own("/apis/argoproj.io/v1alpha1", "rollouts"), (one: Workload & RolloutObject) => one),
      reader.list("/apis/networking.istio.io/v1/virtualservices", routeFacts),
      reader.list("/apis/networking.istio.io/v1/destinationrules", destinationRuleFacts),
      readHttpRoutes(reader),
      readIngresses(reader, config),
      strategy === "gateway-api"
        ? reader.part("the HTTPRoute", async () => (await gatewayRoute.read(cluster, config)) ?? null)
        : undefined,
      asked,
    ]);
  const [ingresses, httpRoute, proxies] = more;
  return {
    ...notRead,
    namespace: found,
    pods: all,
    events: events?.flat(),
    quotas,
    services,
    workloads: [...(deployments ?? []), ...(sets ?? []), ...(rollouts ?? []).map(workloadFacts("Rollout"))],
    virtualServices: routes,
    destinationRules: rules,
    httpRoutes,
    ingresses,
    httpRoute,
    rollout: rolloutFacts(rollouts?.find(({ metadata }) => metadata.name === app)),
    proxies,
  };
}

/** What `status` does not read: of what is undefined the checks say nothing. */
export const notRead = {
  version: undefined,
  policies: undefined,
  autoscalers: undefined,
  peerAuthentications: undefined,
  systemPods: undefined,
  injectors: undefined,
  answers: undefined,
};
