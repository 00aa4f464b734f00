type Labels = Readonly<Record<string, string>>;

/** What of any object is read. */
export interface Meta {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Labels;
    readonly annotations?: Labels;
  };
}

/** A selector of labels; Kubernetes reads an empty one as everything, and none at all as nothing. */
export interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

interface WebhookConfiguration extends Meta {
  readonly webhooks?: readonly {
    readonly name: string;
    readonly clientConfig: { readonly service?: { readonly namespace: string; readonly name: string } };
    readonly namespaceSelector?: Selector;
  }[];
}

export interface Deployment extends Meta {
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly containers: readonly {
          readonly name: string;
          readonly image?: string;
          readonly args?: readonly string[];
        }[];
      };
    };
  };
}

export interface Service extends Meta {
  readonly spec: {
    readonly clusterIP?: string;
    readonly selector?: Labels;
    readonly ports?: readonly {
      readonly name?: string;
      readonly port: number;
      readonly targetPort?: number | string;
      readonly nodePort?: number;
    }[];
  };
}

/** A Prometheus of the Prometheus operator. */
export interface Prometheus extends Meta {
  readonly spec: {
    readonly version?: string;
    readonly image?: string;
    readonly portName?: string;
    readonly ruleSelector?: Selector;
    readonly ruleNamespaceSelector?: Selector;
    readonly podMonitorSelector?: Selector;
    readonly podMonitorNamespaceSelector?: Selector;
  };
}

/** The objects of a cluster by which a platform is found that somebody else installed. */
export interface ExistingObjects {
  readonly namespaces: readonly Meta[];
  readonly webhooks: readonly WebhookConfiguration[];
  /** Control planes of Istio. */
  readonly istiods: readonly Deployment[];
  /** Pods of ztunnel, the proxy of an ambient mesh. */
  readonly ztunnels: readonly Meta[];
  readonly services: readonly Service[];
  readonly prometheuses: readonly Prometheus[];
  readonly rollouts: readonly Deployment[];
  /** The definition of the Gateway API's HTTPRoute. */
  readonly httpRoutes: Meta | undefined;
}

/** What of a platform cannot be used, and what to do about it. */
export interface Fault {
  readonly cause: string;
  readonly allowed: string;
  /** Commands, of which one is enough. */
  readonly next: readonly string[];
}

/** `namespace/name`, as users write it. */
export const nameOf = ({ metadata: { namespace, name } }: Meta): string => `${namespace}/${name}`;

/** The commands that set a key to one of several values and go on. */
export const setOneOf = (key: string, values: readonly string[]): readonly string[] =>
  values.map((value) => `npx canaryctl config set ${key} ${value} && npx canaryctl up`);
