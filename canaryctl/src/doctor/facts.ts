import type { ContainerFault } from "../../../canary/pods/pod-object.ts";
import type { StrategyName } from "../../../canary/strategies.ts";
import type { Pending } from "../../../stacks/config/applied-config.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import type { Share } from "../../../stacks/live/proxies/share.ts";
import type { PlatformFacts } from "../../../stacks/platform-facts.ts";
import type { DestinationRuleFacts, HttpRouteFacts, IngressFacts, RouteFacts } from "./route-facts.ts";

/** Who wrote a field last. */
export interface Writer {
  readonly manager: string;
  readonly at: string;
}

export interface NamespaceFacts {
  readonly labels: Readonly<Record<string, string>>;
  /** The strategy that the program noted on it; undefined where it is none of ours. */
  readonly strategy: StrategyName | undefined;
  readonly isGoing: boolean;
  /** The program's notes that are not there, by their annotations; absent where all are. */
  readonly lostNotes?: readonly string[];
  /** The program's note of the config that was applied last. */
  readonly note?: string;
  /** What the application stands on, where its stack did not install that; see `standsOn`. */
  readonly platform?: PlatformFacts;
}

export interface PodFacts {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Absent before it has one. */
  readonly ip?: string;
  /** The value of sidecar.istio.io/inject as label or annotation. */
  readonly inject: string | undefined;
  /** What makes a pod anew: kind and name of its controller. */
  readonly owner: { readonly kind: string; readonly name: string } | undefined;
  readonly isGoing: boolean;
  readonly isReady: boolean;
  readonly hasSidecar: boolean;
  readonly faults: readonly ContainerFault[];
  /** Absent before it has one. */
  readonly node?: string;
  /** The scheduler's words; undefined where the pod has a node. */
  readonly unschedulable: string | undefined;
}

/** A Deployment, a Rollout or a ReplicaSet. */
export interface WorkloadFacts {
  readonly kind: "Deployment" | "Rollout" | "ReplicaSet";
  readonly name: string;
  readonly owner: string | undefined;
  readonly wanted: number;
  readonly ready: number;
  readonly replicasWriter: Writer | undefined;
  /** Why the API server does not let its pods in. */
  readonly refused?: string;
}

export interface PeerAuthenticationFacts {
  readonly namespace: string;
  readonly name: string;
  readonly selector: Readonly<Record<string, string>> | undefined;
  readonly mode: string;
  /** By port of the pod. */
  readonly ports: Readonly<Record<string, string>>;
}

export interface PolicyPeer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: unknown;
}

export interface Selector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export interface NetworkPolicyFacts {
  readonly name: string;
  readonly podSelector: Selector;
  readonly types: readonly string[];
  readonly ingress: readonly PolicyRule[];
  readonly egress: readonly PolicyRule[];
}

export interface PolicyRule {
  /** Whom it lets in, or out to; everybody where it names nobody. */
  readonly peers: readonly PolicyPeer[];
  readonly ports: readonly (number | string)[];
}

export interface QuotaFacts {
  readonly name: string;
  readonly hard: Readonly<Record<string, string>>;
  readonly used: Readonly<Record<string, string>>;
}

export interface ServiceFacts {
  readonly name: string;
  readonly selector: Readonly<Record<string, string>>;
}

export interface EventFacts {
  readonly object: string;
  readonly reason: string;
  readonly message: string;
}

export interface RolloutFacts {
  /** Why the release has failed, in the controller's words; undefined where it has not. */
  readonly fault: string | undefined;
  readonly isAborted: boolean;
  /** The routes of targeted users that its steps have made so far. */
  readonly headerRoutes: readonly string[];
}

/** What one proxy does with the application's requests. */
export interface ProxyFacts {
  readonly pod: string;
  readonly namespace: string;
  /** Whether it is a gateway that Istio runs for a Gateway of the Gateway API. */
  readonly isGateway?: boolean;
  /** Undefined where it knows of no split for the application. */
  readonly split: Share | undefined;
}

/** Answers to a few requests from the client's pod. */
interface AnswerFacts {
  readonly sent: number;
  readonly failed: number;
  /** Such as `503: 4` or `ECONNREFUSED: 2`. */
  readonly reasons: readonly string[];
}

/** A request from the client's pod to a port that the isolation's network policies close. */
export interface ForbiddenFacts {
  readonly from: string;
  readonly to: string;
  readonly url: string;
  readonly isAnswered: boolean;
}

/** What was read of the cluster. What could not be read is undefined: then nothing is said about it. */
export interface ClusterFacts {
  readonly version: string | undefined;
  /** Null where there is none. */
  readonly namespace: NamespaceFacts | null | undefined;
  readonly pods: readonly PodFacts[] | undefined;
  readonly workloads: readonly WorkloadFacts[] | undefined;
  readonly services: readonly ServiceFacts[] | undefined;
  readonly events: readonly EventFacts[] | undefined;
  readonly quotas: readonly QuotaFacts[] | undefined;
  readonly policies: readonly NetworkPolicyFacts[] | undefined;
  /** Names of the workloads that an autoscaler scales, with its own name. */
  readonly autoscalers: readonly { readonly name: string; readonly target: string }[] | undefined;
  /** Of all namespaces, and so the four that follow. */
  readonly virtualServices: readonly RouteFacts[] | undefined;
  readonly destinationRules: readonly DestinationRuleFacts[] | undefined;
  readonly peerAuthentications: readonly PeerAuthenticationFacts[] | undefined;
  readonly httpRoutes: readonly HttpRouteFacts[] | undefined;
  /** Only where an ingress controller is the way in. */
  readonly ingresses: readonly IngressFacts[] | undefined;
  /** The share that an HTTPRoute gives; null where there is none. */
  readonly httpRoute: { readonly weights: Share; readonly owner: string } | null | undefined;
  readonly rollout: RolloutFacts | null;
  /** Pods of the control plane, the gateways and the controllers. */
  readonly systemPods: readonly PodFacts[] | undefined;
  /** Revisions of Istio whose webhook injects sidecars. */
  readonly injectors: readonly string[] | undefined;
  /** When each node's kubelet was heard last; absent where the account may not read that. */
  readonly heartbeats?: readonly { readonly node: string; readonly secondsAgo: number }[] | undefined;
  readonly proxies: readonly ProxyFacts[] | undefined;
  readonly answers: AnswerFacts | undefined;
  /** What a request met that no network policy lets through; undefined where none was sent. */
  readonly forbidden?: ForbiddenFacts | undefined;
}

export interface LockFacts {
  readonly path: string;
  readonly pid: number;
  readonly host: string;
  readonly since: string | undefined;
  /** The holder is certainly gone; may be gone, for it is another machine's; runs. */
  readonly holder: "dead" | "elsewhere" | "running";
}

/** One object that is not in the cluster as the last update left it. */
export interface DriftFacts {
  readonly kind: string;
  /** `namespace/name`, or `name`. */
  readonly id: string;
  readonly isGone: boolean;
  /** Fields that differ, such as `spec.replicas`. */
  readonly fields: readonly string[];
}

export interface StateFacts {
  readonly isThere: boolean;
  /** Why it cannot be read, and the commands that put it back. */
  readonly damage: { readonly evidence: readonly string[]; readonly mend: readonly string[] } | undefined;
  /** Operations that a killed update left open. */
  readonly pending: readonly string[];
  readonly locks: readonly LockFacts[];
  /** What the cluster lacks of the state, or has otherwise; undefined where it was not compared. */
  readonly drift: readonly DriftFacts[] | undefined;
}

/** All that the checks look at. */
export interface Facts {
  readonly stack: string;
  readonly config: LabConfig;
  /** What is wrong with the stack's file; the config then is the project's default. */
  readonly configFault: string | undefined;
  /** Why nothing of the cluster could be read; undefined where it answers. */
  readonly silence: { readonly message: string; readonly place: string | undefined } | undefined;
  readonly cluster: ClusterFacts | undefined;
  /** What the config has otherwise than the last update. */
  readonly pending: readonly Pending[];
  /** Undefined where only the engine can read it. */
  readonly state: StateFacts | undefined;
  readonly pulumiVersion: string | undefined;
  /** What `istioctl analyze` says; undefined where there is no istioctl. */
  readonly analysis: readonly AnalysisMessage[] | undefined;
  /** Parts that could not be read, and why. */
  readonly unread: readonly { readonly what: string; readonly why: string }[];
}

export interface AnalysisMessage {
  readonly code: string;
  readonly level: string;
  readonly message: string;
  readonly origin: string;
}
