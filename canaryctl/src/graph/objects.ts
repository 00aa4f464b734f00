import type { PodObject } from "../../../canary/pods/pod-object.ts";
import type { RolloutObject } from "../../../canary/rollout/rollout-object.ts";
import type { Labels, Meta } from "../doctor/objects.ts";

// The fields that are drawn, as the API server gives them.

interface Destination {
  readonly host: string;
  readonly subset?: string;
}

export interface VirtualService extends Meta {
  readonly spec: {
    readonly hosts?: readonly string[];
    readonly gateways?: readonly string[];
    readonly http?: readonly {
      readonly name?: string;
      readonly match?: readonly {
        readonly headers?: Readonly<Record<string, { readonly exact?: string; readonly regex?: string }>>;
      }[];
      readonly route?: readonly { readonly destination: Destination; readonly weight?: number }[];
      readonly mirror?: Destination;
      readonly mirrorPercentage?: { readonly value?: number };
    }[];
  };
}

/** Istio's has a selector, that of the Gateway API listeners. */
export interface Gateway extends Meta {
  readonly spec: {
    readonly selector?: Labels;
    readonly listeners?: readonly { readonly hostname?: string }[];
  };
}

export interface HttpRoute extends Meta {
  readonly spec: {
    readonly parentRefs?: readonly { readonly kind?: string; readonly name: string; readonly namespace?: string }[];
    readonly rules?: readonly {
      readonly name?: string;
      readonly matches?: readonly {
        readonly headers?: readonly { readonly name: string; readonly value: string; readonly type?: string }[];
      }[];
      readonly backendRefs?: readonly {
        readonly name: string;
        readonly namespace?: string;
        readonly weight?: number;
      }[];
    }[];
  };
}

export interface Ingress extends Meta {
  readonly spec?: {
    readonly ingressClassName?: string;
    readonly rules?: readonly {
      readonly host?: string;
      readonly http?: {
        readonly paths?: readonly { readonly backend: { readonly service?: { readonly name: string } } }[];
      };
    }[];
  };
}

export interface DestinationRule extends Meta {
  readonly spec: {
    readonly host: string;
    readonly subsets?: readonly { readonly name: string; readonly labels?: Labels }[];
  };
}

export interface Service extends Meta {
  readonly spec: { readonly selector?: Labels };
}

export type Pod = Meta & Pick<PodObject, "status">;

export interface Workload extends Meta {
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly readyReplicas?: number };
}

export type Rollout = Workload & RolloutObject;

/** What one namespace has; undefined where it could not be read, and then nothing is said to be missing. */
export interface GraphObjects {
  readonly gateways?: readonly Gateway[];
  readonly apiGateways?: readonly Gateway[];
  readonly virtualServices?: readonly VirtualService[];
  readonly httpRoutes?: readonly HttpRoute[];
  readonly ingresses?: readonly Ingress[];
  readonly destinationRules?: readonly DestinationRule[];
  readonly services?: readonly Service[];
  readonly pods?: readonly Pod[];
  readonly replicaSets?: readonly Workload[];
  readonly deployments?: readonly Workload[];
  readonly rollouts?: readonly Rollout[];
}
