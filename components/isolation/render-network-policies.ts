import type { ApplicationName } from "../../canary/application-name.ts";
import { gatewayName, httpListener, judgeName, judgePort, rolloutsLabel } from "../names.ts";

/** Who has to reach whom in an application's namespace, and across its border. */
export interface NetworkSpec extends ApplicationName {
  /** Namespaces whose pods may call the service; `any` where nobody knows where its ingress controller is. */
  readonly from: readonly string[] | "any";
  /** Namespace of Istio's control plane. */
  readonly controlPlane: string;
  /** Who scrapes the metrics, and at which port of the container by its name; default: nobody. */
  readonly scraper?: { readonly namespace: string; readonly port: "http" | "metrics" } | undefined;
  /** Namespace of the Prometheus that the judge asks; left out where there is no judge. */
  readonly judgeAsks?: string | undefined;
  /** Whether the application has a Gateway of its own in its namespace. */
  readonly hasGateway: boolean;
  /** Whether a Rollouts controller runs in its namespace, which speaks to the API server and to Prometheus. */
  readonly hasController: boolean;
  /** Addresses, as CIDR, that the application's pods may reach. */
  readonly egress: readonly string[];
}

interface Rule {
  readonly role: string;
  readonly pods?: Readonly<Record<string, string>>;
  readonly ingress?: object[];
  readonly egress?: object[];
}

const tcp = (...ports: readonly (number | string)[]) => ports.map((port) => ({ protocol: "TCP", port }));
const namespaceOf = (name: string) => ({ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": name } } });
const everyPod = { podSelector: {} };
const everyNamespace = { namespaceSelector: {} };
/** NodeLocal DNSCache answers here in place of the cluster's own DNS. */
const localDns = { ipBlock: { cidr: "169.254.20.10/32" } };
/** A policy is about the port of the pod: 5353 where the DNS runs as an ordinary user, as in OpenShift and the embedded cluster. */
const dns = ["UDP", "TCP"].flatMap((protocol) => [53, 5353].map((port) => ({ protocol, port })));

/** Ports of the sidecars: what they count, which the API server and Prometheus read, is for whoever asks. */
const counters = tcp(15020, 15090);
/** Of Istio's control plane: configuration and certificates. */
const discovery = tcp(15012);

/** Nothing gets in or out but what follows. Kubelets reach the pods of their node whatever a policy says. */
export function renderNetworkPolicies(spec: NetworkSpec) {
  const { app, scraper, judgeAsks, egress } = spec;
  const callers = spec.from === "any" ? [everyNamespace] : [everyPod, ...spec.from.map(namespaceOf)];
  const rules: readonly Rule[] = [
    {
      role: "mesh",
      ingress: [{ ports: counters }],
      egress: [
        { to: [everyPod] },
        { to: [everyNamespace, localDns], ports: dns },
        { to: [namespaceOf(spec.controlPlane)], ports: discovery },
      ],
    },
    {
      role: "callers",
      pods: { app },
      ingress: [
        { from: callers, ports: tcp("http") },
        ...(scraper ? [{ from: [namespaceOf(scraper.namespace)], ports: tcp(scraper.port) }] : []),
      ],
      ...(egress.length > 0 && { egress: [{ to: egress.map((cidr) => ({ ipBlock: { cidr } })) }] }),
    },
    ...(judgeAsks === undefined
      ? []
      : [
          {
            role: "judge",
            pods: { app: judgeName(app) },
            ingress: [
              { from: [{ ...everyNamespace, podSelector: { matchLabels: rolloutsPods } }], ports: tcp(judgePort) },
            ],
            egress: [{ to: [namespaceOf(judgeAsks)] }],
          },
        ]),
    ...(spec.hasGateway
      ? [
          {
            role: "gateway",
            pods: { "gateway.networking.k8s.io/gateway-name": gatewayName(app) },
            ingress: [{ ports: tcp(httpListener.port) }],
          },
        ]
      : []),
    ...(spec.hasController
      ? [
          {
            role: "controller",
            pods: rolloutsPods,
            ...(scraper && { ingress: [{ from: [namespaceOf(scraper.namespace)] }] }),
            egress: [{}],
          },
        ]
      : []),
  ];
  const deny = { role: "default-deny", policyTypes: ["Ingress", "Egress"] };
  return [deny, ...rules.map((rule) => ({ ...rule, policyTypes: typesOf(rule) }))].map(
    ({ role, pods, ...rest }: Rule & { readonly policyTypes: string[] }) => ({
      role,
      manifest: {
        metadata: { name: `${app}-${role}`, namespace: spec.namespace, labels: { app } },
        spec: { podSelector: pods ? { matchLabels: pods } : {}, ...rest },
      },
    }),
  );
}

const rolloutsPods = { [rolloutsLabel.key]: rolloutsLabel.value };

const typesOf = ({ ingress, egress }: Rule): string[] => [
  ...(ingress ? ["Ingress"] : []),
  ...(egress ? ["Egress"] : []),
];
