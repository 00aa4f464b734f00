import type { PlatformFacts } from "../platform-facts.ts";
import { type ExistingObjects, type Fault, nameOf, type Service, setOneOf } from "./objects.ts";
import { ownedFault, stackOf } from "./owned.ts";

type Ingress = NonNullable<PlatformFacts["ingress"]>;

/** The port at which Istio's gateways say that they are ready; every chart and profile has it in the Service. */
const statusPort = 15021;
const httpPort = 80;

/** Gateways that Istio runs for one Gateway of the Gateway API are those of whoever made that. */
const ofOneGateway = "gateway.networking.k8s.io/gateway-name";

function isIngress({ metadata, spec: { ports = [], selector = {} } }: Service): boolean {
  const numbers = ports.map(({ port }) => port);
  return (
    [statusPort, httpPort].every((port) => numbers.includes(port)) &&
    Object.keys(selector).length > 0 &&
    !(ofOneGateway in selector) &&
    ![metadata.labels?.istio, selector.istio].includes("egressgateway")
  );
}

/** The ingress gateway that is named as `namespace/service`, else the only one that no stack of this project has. */
export function ingressFacts(objects: ExistingObjects, wanted: string | undefined): Ingress | Fault {
  const all = objects.services.filter(isIngress);
  const named = objects.services.filter((service) => nameOf(service) === wanted);
  const others = all.filter(({ metadata }) => stackOf(objects, metadata.namespace) === undefined);
  const [gateway, second] = wanted === undefined ? others : named;
  if (!gateway || second) return unclear((others.length > 0 ? others : all).map(nameOf).toSorted(), wanted);
  const { namespace = "" } = gateway.metadata;
  const owner = stackOf(objects, namespace);
  if (owner !== undefined) return ownedFault(`the ingress gateway ${nameOf(gateway)}`, owner);
  const { selector = {}, ports = [] } = gateway.spec;
  if (Object.keys(selector).length === 0) {
    return {
      cause: `Service ${nameOf(gateway)} selects no pods`,
      allowed: "ingressGateway NAMESPACE/SERVICE, of a gateway of Istio",
      next: ["kubectl get services --all-namespaces -l istio"],
    };
  }
  return { namespace, labels: selector, nodePort: ports.find(({ port }) => port === httpPort)?.nodePort ?? null };
}

function unclear(candidates: readonly string[], wanted: string | undefined): Fault {
  const found = candidates.length === 0 ? "no ingress gateway of Istio" : candidates.join(", ");
  return {
    cause:
      wanted !== undefined
        ? `ingressGateway is ${wanted}, and there is ${found}`
        : candidates.length === 0
          ? `there is ${found}, whose Service has the ports ${statusPort} and ${httpPort}`
          : `there are several ingress gateways: ${found}`,
    allowed: `ingressGateway ${candidates.length === 0 ? "NAMESPACE/SERVICE" : candidates.join(" or ")}; or a strategy without Istio's gateway`,
    next:
      candidates.length === 0
        ? ["kubectl get services --all-namespaces -l istio", ...setOneOf("strategy", ["replica-ratio"])]
        : setOneOf("ingressGateway", candidates),
  };
}
