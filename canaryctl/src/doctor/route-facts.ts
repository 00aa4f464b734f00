import type { Fields } from "../engine/drift/compare.ts";
import type { Managed } from "../traffic/route.ts";
import type { Writer } from "./facts.ts";

/** An object as the API server gives it. */
export type LiveObject = Fields & Managed;

/** Which object, and when it was made: of two rivals the older one often wins. */
export interface DatedObject {
  readonly namespace: string;
  readonly name: string;
  readonly created: string;
}

export interface RouteFacts extends DatedObject {
  readonly hosts: readonly string[];
  readonly gateways: readonly string[];
  readonly http: readonly RouteRuleFacts[];
  readonly writer: Writer | undefined;
  /** All of it; what was recorded before it was kept has none. */
  readonly object?: LiveObject;
}

/** What an HTTPRoute is attached to. */
export interface ParentFacts {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly sectionName?: string;
  readonly port?: number;
}

export interface HttpRouteFacts extends DatedObject {
  /** Empty for all of its parents' hosts. */
  readonly hostnames: readonly string[];
  readonly parents: readonly ParentFacts[];
  readonly object: LiveObject;
}

export interface IngressFacts extends DatedObject {
  readonly className: string | undefined;
  readonly paths: readonly { readonly host: string; readonly path: string }[];
  readonly object: LiveObject;
}

/** One rule of a VirtualService, as far as it is compared. */
export interface RouteRuleFacts {
  readonly name?: string;
  readonly match?: readonly unknown[];
  readonly route?: readonly {
    readonly destination: { readonly host?: string; readonly subset?: string };
    readonly weight?: number;
  }[];
}

export interface DestinationRuleFacts {
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  readonly subsets: readonly { readonly name: string; readonly labels: Readonly<Record<string, string>> }[];
}
