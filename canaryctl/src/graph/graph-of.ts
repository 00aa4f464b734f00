import type { ApplicationName } from "../../../canary/application-name.ts";
import { readRollout } from "../../../canary/rollout/rollout-status.ts";
import { rolloutFault, rolloutLine } from "../../../canary/rollout/rollout-words.ts";
import { fullName } from "../doctor/hosts.ts";
import type { Labels, Meta } from "../doctor/objects.ts";
import { percent } from "../print.ts";
import { type Graph, GraphBuilder, type GraphNode } from "./graph.ts";
import type { DestinationRule, GraphObjects, Rollout, Service, Workload } from "./objects.ts";
import { type PodGroup, podGroups, selects } from "./pods.ts";
import { type DrawnRoute, routesIn } from "./routes.ts";

interface Scene {
  readonly application: ApplicationName;
  readonly objects: GraphObjects;
  readonly pods: readonly PodGroup[];
  readonly graph: GraphBuilder;
}

/**
 * What is deployed of an application, by what its objects say of each other: whichever strategy made them. What is named and is not
 * there, or matches no pod, is drawn with that fault.
 *
 * @param stack names the picture
 */
export function graphOf(objects: GraphObjects, application: ApplicationName, stack: string): Graph {
  const { namespace, app } = application;
  const scene: Scene = { application, objects, pods: podGroups(objects.pods ?? []), graph: new GraphBuilder() };
  const routes = routesIn(objects);
  for (const route of routes) addRoute(scene, route);
  for (const { metadata } of ownServices(scene)) {
    const id = addService(scene, metadata.name, routes.length > 0);
    if (routes.length === 0)
      scene.graph.link(scene.graph.add({ kind: "Callers", name: "in the cluster", role: "entry" }), id, "traffic");
  }
  for (const group of scene.pods.filter(({ labels }) => isOwn(scene, labels))) addPods(scene, group);
  for (const kind of ["deployments", "rollouts"] as const)
    for (const { metadata } of objects[kind] ?? [])
      if (isOwn(scene, metadata.labels)) addOwner(scene, kind === "rollouts" ? "Rollout" : "Deployment", metadata.name);
  return scene.graph.build(`${app} in namespace ${namespace}, stack ${stack}`);
}

const isOwn = ({ application }: Scene, labels: Labels = {}): boolean => labels.app === application.app;

const ownServices = (scene: Scene): readonly Service[] =>
  (scene.objects.services ?? []).filter(({ spec }) => isOwn(scene, spec.selector));

const labelLines = (labels: Labels = {}): readonly string[] =>
  Object.entries(labels).map(([key, value]) => `${key}=${value}`);

const isNamed =
  (name: string) =>
  ({ metadata }: Meta): boolean =>
    metadata.name === name;

/** The fault of what was looked for in a list; none where the list could not be read. */
const absence = (list: readonly unknown[] | undefined, found: unknown) =>
  list && !found ? { fault: "is not there" } : {};

function addRoute(scene: Scene, { from, to, ...route }: DrawnRoute): void {
  const { graph } = scene;
  const id = graph.add({ ...route, role: "route" });
  for (const { kind, name } of from)
    graph.link(
      kind === "Gateway" ? addGateway(scene, route.kind, name) : graph.add({ kind, name, role: "entry" }),
      id,
      "traffic",
    );
  for (const { host, subset, label } of to) {
    const service = addHost(scene, host);
    graph.link(id, subset === undefined ? service : addSubset(scene, host, subset), "traffic", label);
  }
}

function addGateway({ objects, application, graph }: Scene, route: DrawnRoute["kind"], named: string): string {
  const [name = named, namespace = application.namespace] = named.split("/").toReversed();
  const isHere = namespace === application.namespace;
  const list = route === "HTTPRoute" ? objects.apiGateways : objects.gateways;
  const found = isHere ? list?.find(isNamed(name)) : undefined;
  return graph.add({
    kind: "Gateway",
    name: isHere ? name : named,
    role: "entry",
    lines: [
      ...(found?.spec.listeners ?? []).flatMap(({ hostname }) => hostname ?? []),
      ...labelLines(found?.spec.selector),
    ],
    ...(isHere && absence(list, found)),
  });
}

/** The Service's name where a host is one of the application's namespace. */
function ownService({ application: { namespace } }: Scene, host: string): string | undefined {
  const [, name] = /^([^.]+)\.(.+)$/.exec(fullName(host, namespace)) ?? [];
  return name !== undefined && fullName(host, namespace) === fullName(name, namespace) ? name : undefined;
}

function addHost(scene: Scene, host: string): string {
  const name = ownService(scene, host);
  return name === undefined
    ? scene.graph.add({ kind: "Host", name: host, role: "service" })
    : addService(scene, name, true);
}

const serviceNamed = ({ objects }: Scene, name: string) => objects.services?.find(isNamed(name));

const rulesOf = (scene: Scene, service: string): readonly DestinationRule[] =>
  (scene.objects.destinationRules ?? []).filter(({ spec }) => ownService(scene, spec.host) === service);

/** @param isRouted whether there are routes: without one each ready pod of a Service gets the same share */
function addService(scene: Scene, name: string, isRouted: boolean): string {
  const { graph, pods, objects } = scene;
  const service = serviceNamed(scene, name);
  const selected = pods.filter(({ labels }) => selects(service?.spec.selector, labels));
  // One without a selector leads where somebody else has written: it selects no pod, and need not.
  const isEmpty = service?.spec.selector !== undefined && objects.pods !== undefined && selected.length === 0;
  const id = graph.add({
    kind: "Service",
    name,
    role: "service",
    lines: labelLines(service?.spec.selector),
    ...absence(objects.services, service),
    ...(isEmpty && { fault: "selects no pod" }),
  });
  const subsets = rulesOf(scene, name).flatMap(({ spec }) => spec.subsets ?? []);
  for (const subset of subsets) graph.link(id, addSubset(scene, name, subset.name), "part");
  const ready = selected.flatMap(({ names, fault }) => (fault === undefined ? names : [])).length;
  for (const group of selected.filter(({ labels }) => !subsets.some((subset) => selects(subset.labels, labels)))) {
    const share = isRouted || group.fault !== undefined ? undefined : percent(group.names.length / ready);
    graph.link(id, addPods(scene, group), "traffic", share);
  }
  return id;
}

function addSubset(scene: Scene, host: string, name: string): string {
  const { graph, objects, pods } = scene;
  const service = ownService(scene, host) ?? host;
  const subset = rulesOf(scene, service)
    .flatMap(({ spec }) => spec.subsets ?? [])
    .find((one) => one.name === name);
  const selector = serviceNamed(scene, service)?.spec.selector;
  const matched = subset
    ? pods.filter(({ labels }) => selects(selector, labels) && selects(subset.labels, labels))
    : [];
  const isUnknown = objects.destinationRules !== undefined && !subset;
  const id = graph.add({
    kind: "Subset",
    name: `${name} of ${service}`,
    role: "service",
    lines: labelLines(subset?.labels),
    ...(objects.pods && matched.length === 0 && { fault: "matches no pod" }),
    ...(isUnknown && { fault: "is in no DestinationRule" }),
  });
  for (const group of matched) graph.link(id, addPods(scene, group), "traffic");
  return id;
}

function addPods(scene: Scene, { names, labels, owner, fault }: PodGroup): string {
  const [first = ""] = names;
  const sides = [labels.version, labels.role].filter((label) => label !== undefined);
  const id = scene.graph.add({
    kind: names.length === 1 ? "Pod" : "Pods",
    name: names.length === 1 ? first : `${names.length} of ${owner?.name ?? "nobody"}`,
    role: "pod",
    lines: [...new Set(sides)],
    ...(fault !== undefined && { fault }),
  });
  if (owner) scene.graph.link(id, addOwner(scene, owner.kind, owner.name), "part");
  return id;
}

/** What makes pods anew, and what makes that. */
function addOwner(scene: Scene, kind: string, name: string): string {
  const { objects, graph } = scene;
  const rollout = kind === "Rollout" ? objects.rollouts?.find(isNamed(name)) : undefined;
  const lists: Readonly<Record<string, readonly Workload[] | undefined>> = {
    ReplicaSet: objects.replicaSets,
    Deployment: objects.deployments,
    Rollout: objects.rollouts,
  };
  const found = lists[kind]?.find(isNamed(name));
  const state = rollout ? rolloutState(rollout) : found && podsState(found);
  const id = graph.add({ kind, name, role: "owner", ...absence(lists[kind], found), ...state });
  const above = found?.metadata.ownerReferences?.find(({ controller }) => controller);
  if (above) graph.link(id, addOwner(scene, above.kind, above.name), "part");
  const template = rollout?.spec.workloadRef;
  if (template) graph.link(id, addOwner(scene, "Deployment", template.name), "part", "workloadRef");
  return id;
}

type State = Partial<Pick<GraphNode, "lines" | "fault">>;

function podsState({ spec, status }: Workload): State {
  const wanted = spec.replicas ?? 1;
  const ready = status?.readyReplicas ?? 0;
  const pods = `${ready} of ${wanted} ready`;
  return ready < wanted ? { fault: pods } : { lines: [pods] };
}

function rolloutState(rollout: Rollout): State {
  const status = readRollout(rollout);
  return { lines: [rolloutLine(status)], ...(status.phase === "Degraded" && { fault: rolloutFault(status) }) };
}
