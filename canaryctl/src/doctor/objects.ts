import {
  containerFaults,
  isReady,
  type PodMaker,
  type PodObject,
  refusal,
  unscheduled,
} from "../../../canary/pods/pod-object.ts";
import { strategyNames } from "../../../canary/strategies.ts";
import {
  configAnnotation,
  namespaceNotes,
  platformAnnotation,
  strategyAnnotation,
} from "../../../components/workload/render-application.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { notedFacts, ownFacts, type PlatformFacts } from "../../../stacks/platform-facts.ts";
import { isOwner } from "../../../stacks/platform-parts.ts";
import type { Managed } from "../traffic/route.ts";
import type { EventFacts, NamespaceFacts, PeerAuthenticationFacts, PodFacts, WorkloadFacts, Writer } from "./facts.ts";

export type Labels = Readonly<Record<string, string>>;

/** What any object has. */
export interface Meta {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly controller?: boolean;
    }[];
    readonly managedFields?: readonly {
      readonly manager?: string;
      readonly time?: string;
      readonly fieldsV1?: { readonly "f:spec"?: Readonly<Record<string, unknown>> };
    }[];
  };
}

/** Who wrote a field of the spec last, with the time of it. */
export function writerOf({ metadata }: Managed, field: string): Writer | undefined {
  const [last] = (metadata.managedFields ?? [])
    .filter(({ fieldsV1 }) => fieldsV1?.["f:spec"]?.[`f:${field}`] !== undefined)
    .toSorted((one, other) => (other.time ?? "").localeCompare(one.time ?? ""));
  return last && { manager: last.manager ?? "unknown", at: last.time ?? "" };
}

const controllerOf = ({ metadata }: Meta) => metadata.ownerReferences?.find(({ controller }) => controller);

export function namespaceFacts({ metadata }: Meta): NamespaceFacts {
  const { annotations = {} } = metadata;
  const { [strategyAnnotation]: noted, [configAnnotation]: note, [platformAnnotation]: facts } = annotations;
  const lost = namespaceNotes.filter((key) => annotations[key] === undefined);
  const platform = notedFacts(facts);
  return {
    labels: metadata.labels ?? {},
    strategy: strategyNames.find((name) => name === noted),
    isGoing: metadata.deletionTimestamp !== undefined,
    ...(lost.length > 0 && { lostNotes: lost }),
    ...(note !== undefined && { note }),
    ...(platform && { platform }),
  };
}

/** What the application stands on: what its Namespace notes, else what its stack installs by the config. */
export const standsOn = (namespace: NamespaceFacts | null | undefined, config: LabConfig): PlatformFacts =>
  namespace?.platform ?? ownFacts(config, "this stack");

/** Labels of a namespace that would win over the one that is wanted for sidecars, or come to nothing beside it. */
export const otherSidecarLabels = (wanted: Labels, live: Labels): readonly string[] =>
  ["istio-injection", "istio.io/rev"].filter((key) => key in live && !(key in wanted));

/** What {@link standsOn} says, without waiting for the Namespace where the stack installs its own. */
export const standsOnBy = async (
  namespace: Promise<NamespaceFacts | null | undefined>,
  config: LabConfig,
): Promise<PlatformFacts> => standsOn(isOwner(config) ? undefined : await namespace, config);

export interface Pod extends Meta, Pick<PodObject, "status"> {
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly { readonly name: string; readonly image?: string }[];
    readonly initContainers?: readonly { readonly name: string }[];
  };
}

/** A pod that Istio runs for a Gateway of the Gateway API; it is a proxy itself. */
export const isGateway = (labels: Labels): boolean => labels["gateway.networking.k8s.io/gateway-name"] !== undefined;

/** Whether a pod is one of the ingress gateway, which may stand in one namespace with other parts of the mesh. */
export const isIngressPod = (
  { namespace, labels }: Pick<PodFacts, "namespace" | "labels">,
  ingress: PlatformFacts["ingress"],
): boolean =>
  ingress !== null &&
  namespace === ingress.namespace &&
  Object.entries(ingress.labels).every(([key, value]) => labels[key] === value);

const injectKey = "sidecar.istio.io/inject";

export function podFacts(pod: Pod): PodFacts {
  const { metadata, spec } = pod;
  const owner = controllerOf(pod);
  return {
    namespace: metadata.namespace ?? "",
    name: metadata.name,
    labels: metadata.labels ?? {},
    ...(pod.status?.podIP && { ip: pod.status.podIP }),
    inject: metadata.labels?.[injectKey] ?? metadata.annotations?.[injectKey],
    owner: owner && { kind: owner.kind, name: owner.name },
    isGoing: metadata.deletionTimestamp !== undefined,
    isReady: isReady(pod),
    hasSidecar: [...spec.containers, ...(spec.initContainers ?? [])].some(({ name }) => name === "istio-proxy"),
    faults: containerFaults(pod),
    ...(spec.nodeName && { node: spec.nodeName }),
    unschedulable: unscheduled(pod),
  };
}

export interface Workload extends Meta {
  readonly spec: { readonly replicas?: number };
  readonly status?: NonNullable<PodMaker["status"]> & { readonly readyReplicas?: number };
}

function refusalOf(workload: Workload): Pick<WorkloadFacts, "refused"> {
  const refused = refusal(workload);
  return refused === undefined ? {} : { refused };
}

export const workloadFacts =
  (kind: WorkloadFacts["kind"]) =>
  (workload: Workload): WorkloadFacts => ({
    kind,
    name: workload.metadata.name,
    owner: controllerOf(workload)?.name,
    wanted: workload.spec.replicas ?? 1,
    ready: workload.status?.readyReplicas ?? 0,
    replicasWriter: writerOf(workload, "replicas"),
    ...refusalOf(workload),
  });

export interface PeerAuthentication extends Meta {
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Labels };
    readonly mtls?: { readonly mode?: string };
    readonly portLevelMtls?: Readonly<Record<string, { readonly mode?: string }>>;
  };
}

export const peerAuthenticationFacts = ({ metadata, spec = {} }: PeerAuthentication): PeerAuthenticationFacts => ({
  namespace: metadata.namespace ?? "",
  name: metadata.name,
  selector: spec.selector?.matchLabels,
  mode: spec.mtls?.mode ?? "UNSET",
  ports: Object.fromEntries(Object.entries(spec.portLevelMtls ?? {}).map(([port, { mode = "UNSET" }]) => [port, mode])),
});

interface Event {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject: { readonly kind?: string; readonly name?: string };
}

/** Warnings only: the others tell what went well. */
export const eventFacts = ({ type, reason = "", message = "", involvedObject }: Event): readonly EventFacts[] =>
  type === "Warning" ? [{ object: `${involvedObject.kind}/${involvedObject.name}`, reason, message }] : [];
