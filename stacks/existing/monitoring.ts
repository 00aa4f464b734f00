import type { MonitoringFacts } from "../platform-facts.ts";
import {
  type ExistingObjects,
  type Fault,
  nameOf,
  type Prometheus,
  type Selector,
  type Service,
  setOneOf,
} from "./objects.ts";
import { ownedFault, stackOf } from "./owned.ts";
import { tagVersion, usable } from "./version.ts";

type Labels = Readonly<Record<string, string>>;

/** The Prometheus that is named as `namespace/name`, else the only one that no stack of this project has; undefined where there is none. */
export function monitoringFacts(
  objects: ExistingObjects,
  wanted: string | undefined,
  namespace: string,
): MonitoringFacts | Fault | undefined {
  const all = objects.prometheuses;
  const others = all.filter(({ metadata }) => stackOf(objects, metadata.namespace) === undefined);
  const [prometheus, second] = wanted === undefined ? others : all.filter((one) => nameOf(one) === wanted);
  const [owned] = all;
  if (!prometheus && wanted === undefined && owned) return ownedBy(objects, owned);
  if (!prometheus && wanted === undefined) return undefined;
  if (!prometheus || second) return unclear(all.map(nameOf).toSorted(), wanted);
  if (!others.includes(prometheus)) return ownedBy(objects, prometheus);
  const { version, image } = prometheus.spec;
  const known = version ?? tagVersion(image);
  // Without one the operator takes the newest that it knows.
  const fault = known === undefined ? undefined : usable("prometheus", known, prometheus);
  if (typeof fault === "object") return fault;
  const picks = picksOf(prometheus, namespace);
  if ("cause" in picks) return picks;
  return {
    namespace: prometheus.metadata.namespace ?? "",
    ...addressOf(objects, prometheus),
    picks,
    scrapesProxies: false,
  };
}

const ownedBy = (objects: ExistingObjects, prometheus: Prometheus): Fault =>
  ownedFault(`Prometheus ${nameOf(prometheus)}`, stackOf(objects, prometheus.metadata.namespace) ?? "?");

/** The label by which the operator marks the pods of one Prometheus; older ones have the second. */
const podLabels = ["operator.prometheus.io/name", "prometheus"];

/** Its own Service where it has one, else the one without an address that the operator makes for all of the namespace. */
function addressOf(
  { services }: ExistingObjects,
  { metadata, spec }: Prometheus,
): Pick<MonitoringFacts, "service" | "port"> {
  const { portName = "web" } = spec;
  const own = services.find(
    (service) =>
      service.metadata.namespace === metadata.namespace &&
      service.spec.clusterIP !== "None" &&
      podLabels.some((label) => service.spec.selector?.[label] === metadata.name) &&
      portOf(service, portName) !== undefined,
  );
  const port = own && portOf(own, portName);
  return own && port !== undefined
    ? { service: own.metadata.name, port }
    : { service: "prometheus-operated", port: 9090 };
}

const portOf = ({ spec: { ports = [] } }: Service, portName: string): number | undefined =>
  ports.find(({ name, targetPort }) => name === portName || [portName, 9090].includes(targetPort ?? ""))?.port;

function picksOf(prometheus: Prometheus, namespace: string): MonitoringFacts["picks"] | Fault {
  const { spec } = prometheus;
  const monitors = labelsFor(spec.podMonitorSelector);
  const rules = labelsFor(spec.ruleSelector);
  const ofMonitors = namespaceLabels(spec.podMonitorNamespaceSelector, namespace);
  const ofRules = namespaceLabels(spec.ruleNamespaceSelector, namespace);
  if (!monitors || !rules) return unreadable(prometheus, monitors ? "ruleSelector" : "podMonitorSelector");
  if (!ofMonitors || !ofRules)
    return unreadable(prometheus, ofMonitors ? "ruleNamespaceSelector" : "podMonitorNamespaceSelector");
  if (Object.entries(ofRules).some(([key, value]) => (ofMonitors[key] ?? value) !== value))
    return unreadable(prometheus, "ruleNamespaceSelector");
  return { monitors, rules, namespaces: { ...ofMonitors, ...ofRules } };
}

/** Labels with which an object is selected; undefined where nothing can be. */
export function labelsFor(selector: Selector | undefined): Labels | undefined {
  if (!selector) return undefined;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  const labels: Record<string, string> = {};
  for (const key of new Set([...Object.keys(matchLabels), ...matchExpressions.map((one) => one.key)])) {
    const given = matchLabels[key];
    const asked = matchExpressions.filter((one) => one.key === key);
    const of = (name: string) => asked.filter(({ operator }) => operator === name);
    const sets = [...(given === undefined ? [] : [[given]]), ...of("In").map(({ values = [] }) => values)];
    if (sets.length + of("Exists").length === 0) continue;
    const value = valueIn(
      sets,
      of("NotIn").flatMap(({ values = [] }) => values),
    );
    if (value === undefined || of("DoesNotExist").length > 0) return undefined;
    labels[key] = value;
  }
  return labels;
}

/** A value that all sets have and that is not refused; without a set any will do, and of one more than are refused one is left. */
function valueIn(sets: readonly (readonly string[])[], refused: readonly string[]): string | undefined {
  const [first = ["true", ...refused.map((_, index) => `true-${index + 1}`)]] = sets;
  return first.find((value) => sets.every((set) => set.includes(value)) && !refused.includes(value));
}

/** Kubernetes gives this label to each namespace, with the name of it. */
const nameLabel = "kubernetes.io/metadata.name";

/** The labels that a namespace of this name needs to be selected. */
function namespaceLabels(selector: Selector | undefined, namespace: string): Labels | undefined {
  if (!selector) return undefined;
  const matchLabels = { ...selector.matchLabels, [nameLabel]: selector.matchLabels?.[nameLabel] ?? namespace };
  if (matchLabels[nameLabel] !== namespace) return undefined;
  const labels = labelsFor({ ...selector, matchLabels });
  return labels && Object.fromEntries(Object.entries(labels).filter(([key]) => key !== nameLabel));
}

function unreadable(prometheus: Prometheus, field: keyof Prometheus["spec"]): Fault {
  const selector = prometheus.spec[field];
  return {
    cause: `Prometheus ${nameOf(prometheus)} would not read what this stack makes: its ${field} is ${selector === undefined ? "not set, which selects nothing" : JSON.stringify(selector)}`,
    allowed: `a ${field} that selects objects of this stack's namespace; or monitoring false`,
    next: [
      ...setOneOf("monitoring", ["false"]),
      `kubectl -n ${prometheus.metadata.namespace} get prometheus ${prometheus.metadata.name} -o yaml`,
    ],
  };
}

function unclear(names: readonly string[], wanted: string | undefined): Fault {
  return {
    cause:
      wanted === undefined
        ? `there are several Prometheus: ${names.join(", ")}`
        : `prometheus is ${wanted}, and there is ${names.join(", ") || "none"}`,
    allowed: `prometheus ${names.join(" or ") || "NAMESPACE/NAME"}; or monitoring false`,
    next: names.length > 0 ? setOneOf("prometheus", names) : setOneOf("monitoring", ["false"]),
  };
}
