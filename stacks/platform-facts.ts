import { quoted } from "@canary-lab/kit/programs";
import type { PlatformPart } from "../cluster/target.ts";
import { ingressNamespace, systemNamespace } from "../components/mesh/render-istio.ts";
import { monitoringNamespace, prometheusService } from "../components/monitoring/render-kube-prometheus-stack.ts";
import { ingressLabels } from "../components/names.ts";
import { sidecarLabels } from "../components/workload/render-application.ts";
import { valueIn } from "./config/raw-values.ts";
import type { LabConfig } from "./config/schema.ts";
import { neededParts, rolloutsScope } from "./platform-parts.ts";
import { gatewayApiVersion, istioVersion } from "./versions.ts";

type Labels = Readonly<Record<string, string>>;

/**
 * What an application has to know of its platform. The stack that installs one has them as its output `platform`; an application on
 * another's platform notes them on its Namespace.
 */
export interface PlatformFacts {
  /** The stack that installed it, by its full name; `existing` where no stack of this project did. */
  readonly owner: string;
  readonly mesh: {
    readonly version: string;
    /** The label by which the pods of a namespace get sidecars. */
    readonly sidecarLabels: Labels;
    /**
     * Whether an agent on the nodes sets up the network of pods; else an init container of each pod does, for which it has rights. Absent
     * where that is not known: of somebody else's mesh, and where an older version of the program noted the facts.
     */
    readonly hasCni?: boolean;
    /** The Deployment of its control plane. */
    readonly controlPlane: { readonly namespace: string; readonly name: string };
  };
  /** The pods of the ingress gateway, and the port of every node at which they answer where there is one. Null without a gateway. */
  readonly ingress: { readonly namespace: string; readonly labels: Labels; readonly nodePort: number | null } | null;
  readonly monitoring: MonitoringFacts | null;
  /** Where the Rollouts controller watches; one of a single namespace is of no use to others. */
  readonly rollouts: "cluster" | "namespace" | null;
  /** Version of the definitions of the Gateway API. */
  readonly gatewayApi: string | null;
}

/** The Service of Prometheus, and by what it finds what it is to read. */
export interface MonitoringFacts {
  readonly namespace: string;
  readonly service: string;
  readonly port: number;
  /** Labels of the objects that Prometheus reads, and of the namespaces that it reads them in; none where it reads all. */
  readonly picks: { readonly monitors: Labels; readonly rules: Labels; readonly namespaces: Labels };
  /** Whether it scrapes the proxies of every namespace. */
  readonly scrapesProxies: boolean;
}

/** The Deployment of the control plane that the chart makes without a revision. */
export const controlPlaneName = "istiod";

/** The facts of the platform that a stack installs by this config. @param owner its full name */
export function ownFacts(config: LabConfig, owner: string): PlatformFacts {
  const parts = neededParts(config);
  return {
    owner,
    mesh: {
      version: istioVersion,
      sidecarLabels,
      hasCni: parts.includes("istio-cni"),
      controlPlane: { namespace: systemNamespace, name: controlPlaneName },
    },
    ingress: { namespace: ingressNamespace, labels: ingressLabels, nodePort: config.gatewayNodePort },
    monitoring: parts.includes("monitoring")
      ? {
          namespace: monitoringNamespace,
          service: prometheusService.name,
          port: prometheusService.port,
          picks: { monitors: {}, rules: {}, namespaces: {} },
          scrapesProxies: true,
        }
      : null,
    rollouts: rolloutsScope(config) ?? null,
    gatewayApi: parts.includes("gateway-api") ? gatewayApiVersion : null,
  };
}

/** Whether a value is what this version of the program writes as facts. */
export function isPlatformFacts(value: unknown): value is PlatformFacts {
  const facts = value as Partial<PlatformFacts> | null | undefined;
  return (
    typeof facts?.mesh?.version === "string" &&
    typeof facts.mesh.sidecarLabels === "object" &&
    typeof facts.mesh.controlPlane?.name === "string" &&
    (facts.ingress === null || typeof facts.ingress?.labels === "object") &&
    (facts.monitoring === null || typeof facts.monitoring?.picks === "object") &&
    typeof facts.owner === "string" &&
    [facts.rollouts, facts.gatewayApi].every((fact) => fact !== undefined)
  );
}

/** The facts that the note on a Namespace has; undefined where there is none that this version can read. */
export function notedFacts(text: string | undefined): PlatformFacts | undefined {
  const value = text === undefined ? undefined : valueIn(text);
  return isPlatformFacts(value) ? value : undefined;
}

/** Where Prometheus answers inside the cluster; undefined without one. */
export const prometheusOf = ({ monitoring }: PlatformFacts): string | undefined =>
  monitoring ? `http://${monitoring.service}.${monitoring.namespace}.svc.cluster.local:${monitoring.port}` : undefined;

/** Something that a config needs of its platform, which has it not. */
export interface Lack {
  readonly part: PlatformPart;
  /** What needs it, such as `strategy rollout-canary`. */
  readonly need: string;
  readonly instead: string;
  /** What the owner of the platform would set. */
  readonly setting: readonly [key: string, value: string];
}

/** What a config needs of its platform and does not find there. */
export function lacks(config: LabConfig, facts: PlatformFacts): readonly Lack[] {
  const { strategy } = config;
  const of: Record<PlatformPart, Lack | undefined> = {
    monitoring: facts.monitoring
      ? undefined
      : { part: "monitoring", need: "monitoring true", instead: "no Prometheus", setting: ["monitoring", "true"] },
    rollouts:
      facts.rollouts === "cluster"
        ? undefined
        : {
            part: "rollouts",
            need: `strategy ${strategy}`,
            instead:
              facts.rollouts === "namespace"
                ? "a Rollouts controller that watches one namespace only"
                : "no Rollouts controller",
            setting: ["rollouts", "cluster"],
          },
    "istio-cni": facts.mesh.hasCni
      ? undefined
      : { part: "istio-cni", need: "istioCni true", instead: "no CNI agent of Istio", setting: ["istioCni", "true"] },
    "gateway-api": facts.gatewayApi
      ? undefined
      : {
          part: "gateway-api",
          need: `strategy ${strategy}`,
          instead: "no definitions of the Gateway API",
          setting: ["gatewayApi", "true"],
        },
  };
  return neededParts(config).flatMap((part) => of[part] ?? []);
}

/** The commands by which a stack that owns a platform adds to it. */
export const addTo = (stack: string, lacking: readonly Lack[]): string =>
  [
    `npx canaryctl --stack ${quoted(stack)} config set ${lacking.flatMap(({ setting }) => setting).join(" ")}`,
    `npx canaryctl --stack ${quoted(stack)} up`,
  ].join(" && ");
