import { isDeepStrictEqual } from "node:util";
import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { podsPath, servicePath } from "../../../cluster/kube/paths.ts";
import { gatewayHost, versions } from "../../../components/names.ts";
import { fieldManager } from "../../../components/traffic/route-metadata.ts";
import type { Labels } from "../../../components/workload/render-pod.ts";
import {
  type OwnServiceSpec,
  renderService,
  renderServiceOver,
  servicePods,
} from "../../../components/workload/render-service.ts";
import type { PlatformFacts } from "../../platform-facts.ts";
import { isReady, type PodList } from "./exec.ts";
import type { ProxyGroup, ProxyProbe, ProxyReport } from "./proxies.ts";
import { endpointsPath, knowsService, sidecarEndpoints } from "./sidecar-endpoints.ts";
import { hostAt, routesPath, sidecarCallers, sidecarSubsets } from "./sidecar-route.ts";

/** The proxies by which callers send to an application whose route is Istio's: sidecars in its namespace, and the ingress gateway. */
export const istioCallers = (
  { app, namespace }: ApplicationName,
  { ingress }: Pick<PlatformFacts, "ingress">,
): readonly ProxyGroup[] => [
  ...sidecarCallers({ app, namespace }),
  ...(ingress
    ? [{ app, namespace: ingress.namespace, labels: ingress.labels, host: hostAt(gatewayHost(app, namespace)) }]
    : []),
];

const write = (cluster: Pick<ClusterClient, "apply">, { app, namespace }: ApplicationName, manifest: object) =>
  cluster.apply(servicePath(namespace, app), { apiVersion: "v1", kind: "Service", ...manifest }, fieldManager);

/** Has the application's own Service select the pods that its strategy and the canary's share give it, as the program renders it. */
export async function applyService(cluster: Pick<ClusterClient, "apply">, spec: OwnServiceSpec): Promise<void> {
  await write(cluster, spec, renderService(spec));
}

/** How often it is opened: a rollback that ends meanwhile closes it once. */
const openings = 3;

/**
 * Has it select the canary's pods, before a route leads there, until the callers' proxies know them and nobody has closed it meanwhile.
 *
 * @param known asks the proxies
 * @returns the last answers
 */
export async function openToCanary(
  cluster: Pick<ClusterClient, "apply" | "get">,
  spec: OwnServiceSpec,
  known: () => Promise<ProxyReport>,
): Promise<ProxyReport> {
  for (let left = openings; ; left -= 1) {
    await applyService(cluster, spec);
    const report = await known();
    if (report.without.length > 0 || left === 1 || (await isAsRendered(cluster, spec))) return report;
  }
}

async function isAsRendered(cluster: Pick<ClusterClient, "get">, spec: OwnServiceSpec): Promise<boolean> {
  const live = await cluster.get<{ readonly spec?: { readonly selector?: Labels } }>(
    servicePath(spec.namespace, spec.app),
  );
  return live === undefined || isDeepStrictEqual(live.spec?.selector, servicePods(spec));
}

/** Has it select every pod of the application, as between two strategies. */
export async function openToAll(cluster: Pick<ClusterClient, "apply">, of: ApplicationName): Promise<void> {
  await write(cluster, of, renderServiceOver(of, { app: of.app }));
}

/** Whether a proxy knows each ready pod of the canary as one of its subset: a route that leads there before that answers 503. */
export const knowsCanary =
  (cluster: Pick<ClusterClient, "get">, { app, namespace }: ApplicationName): ProxyProbe =>
  async (ask, { mayKnowNothing }) => {
    const [dump, pods] = await Promise.all([
      ask(endpointsPath),
      cluster.get<PodList>(podsPath(namespace, { app, version: versions.canary })),
    ]);
    if (mayKnowNothing && !knowsService(dump, app, namespace)) return undefined;
    const known = sidecarEndpoints(dump, app, namespace, versions.canary);
    const ready = pods?.items.filter(isReady) ?? [];
    const unknown = ready.filter(({ status }) => !known.has(status?.podIP ?? ""));
    if (ready.length > 0 && unknown.length === 0) return undefined;
    return `${known.size} of ${ready.length} pods of the canary`;
  };

/**
 * Whether each subset of the Service that a proxy sends to keeps a pod when the Service selects `labels` alone. The proxies learn of a new
 * route after it is written, and of pods that are taken away by another way.
 */
export const keepsPods =
  (cluster: Pick<ClusterClient, "get">, { app, namespace }: ApplicationName, labels: Labels): ProxyProbe =>
  async (ask, { host }) => {
    const [routes, endpoints, pods] = await Promise.all([
      ask(routesPath),
      ask(endpointsPath),
      cluster.get<PodList>(podsPath(namespace, labels)),
    ]);
    const kept = new Set(pods?.items.map(({ status }) => status?.podIP));
    const lost = sidecarSubsets(routes, { app, namespace }, host).filter((subset) => {
      const known = [...sidecarEndpoints(endpoints, app, namespace, subset)];
      return known.length > 0 && !known.some((address) => kept.has(address));
    });
    return lost.length === 0 ? undefined : `a route to ${lost.map((subset) => subset || app).join(", ")}`;
  };
