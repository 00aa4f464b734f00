import { kubectl } from "./lab.ts";

interface Objects {
  readonly items: readonly {
    readonly kind: string;
    readonly metadata: {
      readonly name: string;
      readonly namespace?: string;
      readonly resourceVersion: string;
      readonly annotations?: Readonly<Record<string, string>>;
    };
  }[];
}

const kinds =
  "virtualservices,destinationrules,gateways.networking.istio.io,deployments,services,configmaps,poddisruptionbudgets";

/** The version of each object of these namespaces, and of themselves; Istio writes the leases that are ConfigMaps by itself. */
export async function versionsIn(namespaces: readonly string[]): Promise<Readonly<Record<string, string>>> {
  const lists = await Promise.all([
    kubectl("get", "namespace", ...namespaces, "--ignore-not-found", "-o", "json"),
    ...namespaces.map((namespace) => kubectl("-n", namespace, "get", kinds, "-o", "json")),
  ]);
  const items = lists.flatMap((text) => (JSON.parse(text) as Objects).items);
  return Object.fromEntries(
    items
      .filter(({ metadata: { annotations = {} } }) => !("control-plane.alpha.kubernetes.io/leader" in annotations))
      .map(({ kind, metadata: { namespace = "", name, resourceVersion } }) => [
        `${kind} ${namespace}/${name}`,
        resourceVersion,
      ]),
  );
}
