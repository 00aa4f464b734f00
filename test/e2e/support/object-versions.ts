import { kubectl } from "./lab.ts";

interface Objects {
  readonly items: readonly {
    readonly kind: string;
    readonly spec?: object;
    readonly status?: object;
    readonly metadata: {
      readonly name: string;
      readonly namespace?: string;
      readonly resourceVersion: string;
      readonly annotations?: Readonly<Record<string, string>>;
      readonly labels?: Readonly<Record<string, string>>;
    };
  }[];
}

const kinds =
  "virtualservices,destinationrules,gateways.networking.istio.io,deployments,services,configmaps,poddisruptionbudgets";

/**
 * The version of each object of these namespaces, and of themselves. Controllers write a status whenever a pod becomes ready, and Istio the
 * leases that are ConfigMaps.
 */
export async function versionsIn(namespaces: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const lists = await Promise.all([
    kubectl("get", "namespace", ...namespaces, "--ignore-not-found", "-o", "json"),
    ...namespaces.map((namespace) => kubectl("-n", namespace, "get", kinds, "-o", "json")),
  ]);
  // One namespace alone comes as it is.
  const items = lists.flatMap((text) => {
    const found = JSON.parse(text) as Objects | Objects["items"][number];
    return "items" in found ? found.items : [found];
  });
  return Object.fromEntries(
    items
      .filter(({ metadata: { annotations = {} } }) => !("control-plane.alpha.kubernetes.io/leader" in annotations))
      .map(({ kind, status, spec, metadata: { namespace = "", name, resourceVersion, annotations, labels } }) => [
        `${kind} ${namespace}/${name}`,
        status ? JSON.stringify({ spec, annotations, labels }) : resourceVersion,
      ]),
  );
}
