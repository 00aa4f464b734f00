import type { PlatformFacts } from "../platform-facts.ts";
import { type Deployment, type ExistingObjects, type Fault, setOneOf } from "./objects.ts";
import { ownedFault, stackOf } from "./owned.ts";
import { usable, versionOf } from "./version.ts";

type Labels = Readonly<Record<string, string>>;

/** A way to get sidecars: a label of namespaces, and the control plane that answers to it. */
interface Injector {
  /** What `istioRevision` calls it: a revision, a revision tag, or `default`. */
  readonly name: string;
  readonly labels: Labels;
  readonly isTag: boolean;
  readonly revision: string;
  /** Undefined where the control plane is outside of the cluster. */
  readonly service: { readonly namespace: string; readonly name: string } | undefined;
}

const defaultName = "default";

/**
 * The labels to which webhooks answer, each once. A webhook that `istioctl` has put out of action asks for a label that nobody has, and so
 * answers to none of them.
 */
function injectors({ webhooks }: Pick<ExistingObjects, "webhooks">): readonly Injector[] {
  const found = webhooks.flatMap(({ metadata, webhooks: hooks = [] }) =>
    hooks
      .filter(({ name }) => name.endsWith("sidecar-injector.istio.io"))
      .flatMap(({ clientConfig: { service }, namespaceSelector }) => {
        const { "istio.io/rev": revision = defaultName, "istio.io/tag": tag } = metadata.labels ?? {};
        const common = { isTag: tag !== undefined, revision, service };
        return (namespaceSelector?.matchExpressions ?? []).flatMap(({ key, operator, values = [] }): Injector[] => {
          if (operator !== "In") return [];
          if (key === "istio-injection" && values.includes("enabled"))
            return [{ ...common, name: defaultName, labels: { "istio-injection": "enabled" } }];
          return key === "istio.io/rev"
            ? values.map((value) => ({ ...common, name: value, labels: { "istio.io/rev": value } }))
            : [];
        });
      }),
  );
  // The label of the default revision has two names; that of all namespaces wins, which `istioctl` and the charts know longest.
  const byName = new Map(found.map((injector) => [injector.name, injector]));
  for (const injector of found) if ("istio-injection" in injector.labels) byName.set(injector.name, injector);
  return [...byName.values()];
}

/**
 * The mesh whose sidecars the pods of a new namespace get: the one that is named, else the default one, else the only revision tag, which
 * those who installed it keep while they change the revision behind it, else the only revision.
 */
export function meshFacts(objects: ExistingObjects, wanted: string | undefined): PlatformFacts["mesh"] | Fault {
  const all = injectors(objects);
  if (all.length === 0) return noSidecars(objects);
  const injector = choose(all, wanted);
  if (!injector) return ambiguous(all, wanted);
  const { labels, service } = injector;
  const controlPlane = objects.istiods.find((istiod) => isBehind(injector, istiod));
  if (!controlPlane || !service) {
    return {
      cause: `Istio's control plane ${service ? `${service.namespace}/${service.name} is not there` : `of revision ${injector.name} is outside of the cluster`}, so that its version is not known`,
      allowed: "an Istio whose control plane runs in this cluster",
      next: ["kubectl get deployments --all-namespaces -l app=istiod"],
    };
  }
  const owner = stackOf(objects, service.namespace);
  if (owner !== undefined) return ownedFault(`Istio in namespace ${service.namespace}`, owner);
  const version = usable("istio", versionOf(controlPlane), controlPlane);
  if (typeof version !== "string") return version;
  return {
    version,
    sidecarLabels: labels,
    controlPlane: { namespace: service.namespace, name: controlPlane.metadata.name },
  };
}

function choose(all: readonly Injector[], wanted: string | undefined): Injector | undefined {
  if (wanted !== undefined) return all.find(({ name }) => name === wanted);
  const only = (some: readonly Injector[]) => (some.length === 1 ? some[0] : undefined);
  const tags = all.filter(({ isTag }) => isTag);
  return all.find(({ name }) => name === defaultName) ?? only(tags.length > 0 ? tags : all);
}

function isBehind({ revision, service }: Injector, { metadata }: Deployment): boolean {
  const { "istio.io/rev": own = defaultName } = metadata.labels ?? {};
  return metadata.namespace === service?.namespace && own === revision;
}

function ambiguous(all: readonly Injector[], wanted: string | undefined): Fault {
  const names = all.map(({ name }) => name).toSorted();
  return {
    cause:
      wanted === undefined
        ? `Istio has several revisions here and none of them is the default: ${names.join(", ")}`
        : `istioRevision is ${wanted}, and Istio has ${names.join(", ")}`,
    allowed: `istioRevision ${names.join(" or ")}`,
    next: setOneOf("istioRevision", names),
  };
}

/** Weights are kept by the sidecars of the callers: a mesh that gives none cannot keep them. */
function noSidecars({ ztunnels, istiods }: ExistingObjects): Fault {
  const allowed = "an Istio whose webhook gives pods their sidecars; or platform own, in a cluster without Istio";
  const next = ["kubectl get mutatingwebhookconfigurations"];
  if (ztunnels.length > 0)
    return {
      cause: "Istio is ambient here and gives pods no sidecars, which are what keeps the weights",
      allowed,
      next,
    };
  if (istiods.length > 0) return { cause: "no webhook of Istio gives pods sidecars", allowed, next };
  return {
    cause: "there is no Istio in the cluster",
    allowed,
    next: ["npx canaryctl config set platform own && npx canaryctl up"],
  };
}
