import type { ApplicationName } from "../../canary/application-name.ts";

/** Whom the sidecars of an application's pods let in. */
export interface MeshPolicySpec extends ApplicationName {
  /** `permissive` takes plain text as well, whose callers have no name: then nobody is told apart from others. */
  readonly mutualTls: "strict" | "permissive";
  /** Who may call: namespaces, and service accounts as NAMESPACE/NAME. */
  readonly callers: readonly string[];
  /** What Prometheus reads of the pods, from outside of the mesh and so in plain text; default: nothing. */
  readonly scraped?: { readonly port: number; readonly path: string } | undefined;
  /** Whether the sidecars send nothing to what is not in the namespace. */
  readonly isEgressClosed: boolean;
  /** The port at which versioned-echo takes faults; left out for any other service, whose `/faults` is its own. */
  readonly faultsPort?: number | undefined;
}

/** A custom resource, and what it is there for. */
export interface NamedManifest {
  readonly role: string;
  readonly manifest: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly namespace: string; readonly labels: { readonly app: string } };
    readonly spec: object;
  };
}

const security = "security.istio.io/v1";

const metadataOf = ({ app, namespace }: ApplicationName, role: string) => ({
  name: `${app}-${role}`,
  namespace,
  labels: { app },
});

/** STRICT for the application's pods but for one port. */
export const renderPlainPort = (spec: ApplicationName, port: number) => ({
  apiVersion: security,
  kind: "PeerAuthentication",
  metadata: metadataOf(spec, "metrics"),
  spec: {
    selector: { matchLabels: { app: spec.app } },
    mtls: { mode: "STRICT" },
    portLevelMtls: { [port]: { mode: "PERMISSIVE" } },
  },
});

/**
 * The policies of Istio for an application's namespace. Where the metrics are at the port of the requests, that port takes plain text, and
 * `callers` lets a request without a name do nothing but read the metrics there.
 */
export function renderMeshPolicies(spec: MeshPolicySpec): readonly NamedManifest[] {
  const { app, mutualTls, scraped, isEgressClosed, faultsPort } = spec;
  const policy = (role: string, kind: string, content: object): NamedManifest => ({
    role,
    manifest: { apiVersion: security, kind, metadata: metadataOf(spec, role), spec: content },
  });
  const authorization = (role: string, action: "ALLOW" | "DENY", rules: readonly object[]) =>
    policy(role, "AuthorizationPolicy", { selector: { matchLabels: { app } }, action, rules });
  const strict = [
    policy("strict", "PeerAuthentication", { mtls: { mode: "STRICT" } }),
    ...(scraped ? [{ role: "metrics", manifest: renderPlainPort(spec, scraped.port) }] : []),
    authorization("callers", "ALLOW", [fromCallers(spec), ...(scraped ? [ofScraping(scraped)] : [])]),
  ];
  // With the port, for at others, where nothing is known of paths, the rule would refuse everything.
  const faults = { to: [{ operation: { paths: ["/faults*"], ports: [String(faultsPort)] } }] };
  return [
    ...(mutualTls === "strict" ? strict : []),
    ...(isEgressClosed ? [{ role: "egress", manifest: renderClosedEgress(spec) }] : []),
    ...(faultsPort === undefined ? [] : [authorization("faults", "DENY", [faults])]),
  ];
}

/** To a sidecar there is nothing but the namespace: a request to anything else ends in it. */
const renderClosedEgress = (spec: ApplicationName) => ({
  apiVersion: "networking.istio.io/v1",
  kind: "Sidecar",
  metadata: metadataOf(spec, "egress"),
  spec: { egress: [{ hosts: ["./*"] }], outboundTrafficPolicy: { mode: "REGISTRY_ONLY" } },
});

/** An account is named without its trust domain, as a namespace is: both are those of the mesh. */
function fromCallers({ callers }: MeshPolicySpec) {
  const namespaces = callers.filter((caller) => !caller.includes("/"));
  const accounts = callers.filter((caller) => caller.includes("/")).map((caller) => caller.split("/"));
  return {
    from: [
      ...(namespaces.length > 0 ? [{ source: { namespaces } }] : []),
      ...(accounts.length > 0
        ? [{ source: { principals: accounts.map(([namespace, name]) => `*/ns/${namespace}/sa/${name}`) } }]
        : []),
    ],
  };
}

const ofScraping = ({ port, path }: NonNullable<MeshPolicySpec["scraped"]>) => ({
  to: [{ operation: { methods: ["GET"], paths: [path], ports: [String(port)] } }],
});
