import type { ClusterClient } from "@canary-lab/kit/kube/client";
import type { PlatformPart } from "../../cluster/target.ts";
import { rolloutsNamespace } from "../../components/argo/render-argo-rollouts.ts";

/** A custom resource definition, as far as it is read. */
interface Definition {
  readonly metadata: { readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly { readonly name: string; readonly served: boolean }[];
  };
}

/** A kind whose objects go when a part of the platform is taken away, for its definition goes with it. */
interface GoingKind {
  readonly part: PlatformPart;
  readonly kind: string;
  /** Of its objects in all namespaces. */
  readonly path: string;
}

/**
 * By which notes a part's definitions are known: those of Helm on what a release installed, and those of the Gateway API's own files. The
 * definitions of Istio and Prometheus stay, so that they are nobody's here.
 */
const isOf: Readonly<Partial<Record<PlatformPart, (definition: Definition) => boolean>>> = {
  rollouts: ({ metadata: { annotations = {} } }) =>
    annotations["meta.helm.sh/release-namespace"] === rolloutsNamespace &&
    annotations["helm.sh/resource-policy"] !== "keep",
  "gateway-api": ({ spec, metadata: { annotations = {} } }) =>
    spec.group === "gateway.networking.k8s.io" && annotations["gateway.networking.k8s.io/channel"] === "standard",
};

/** The kinds that go with parts of the platform, by the definitions that are in the cluster. */
export async function goingKinds(
  client: Pick<ClusterClient, "get">,
  parts: readonly PlatformPart[],
): Promise<readonly GoingKind[]> {
  if (!parts.some((part) => isOf[part])) return [];
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  const found = await client.get<{ readonly items: readonly Definition[] }>(path);
  return (found?.items ?? []).flatMap((definition) => {
    const part = parts.find((part) => isOf[part]?.(definition));
    const { group, names, versions } = definition.spec;
    const version = versions.find(({ served }) => served);
    return part && version ? [{ part, kind: names.kind, path: `/apis/${group}/${version.name}/${names.plural}` }] : [];
  });
}
