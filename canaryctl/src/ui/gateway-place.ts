import { UserError } from "@canary-lab/kit/user-error";
import { addressForPods } from "../../../cluster/address-for-pods.ts";
import { pageHost } from "../../../components/names.ts";
import { pagePath } from "../../../components/traffic/render-page-route.ts";
import { type Lab, platformOf } from "../lab.ts";

/** Where the ingress gateway answers for the page, and where the page is served to that gateway. */
export interface GatewayPlace {
  readonly app: string;
  readonly namespace: string;
  /** Labels of the gateway's pods. */
  readonly ingressLabels: Readonly<Record<string, string>>;
  /** Of this machine, as pods reach it. */
  readonly address: string;
  /** By which browsers come. */
  readonly host: string;
  /** The gateway's, on loopback. */
  readonly port: number;
}

/** The page's address, as a browser has it. */
export const pageUrl = ({ host, port }: GatewayPlace): URL => new URL(`http://${host}:${port}${pagePath}/`);

const next = "npx canaryctl ui";

/**
 * Where the page of an application can be put behind its ingress gateway.
 *
 * @throws UserError where it cannot, before anything is made
 */
export async function gatewayPlaceOf(lab: Lab, find: typeof addressForPods = addressForPods): Promise<GatewayPlace> {
  const { environment, config } = lab;
  const { app, namespace } = config;
  if (environment.target === "existing") {
    throw new UserError(
      "In a cluster of your own the page does not go through the gateway: its pods may not reach this machine, and who reaches the gateway is not known.",
      { place: `context ${environment.kubeContext}`, allowed: "a cluster that the lab has made: embedded, kind", next },
    );
  }
  const { ingress } = platformOf(lab);
  if (!ingress || ingress.nodePort === null) {
    const lack = ingress ? "has no port of the nodes" : "is not there";
    throw new UserError(`The ingress gateway of the application's platform ${lack}.`, {
      place: `application ${app} in namespace ${namespace}`,
      allowed: "an ingress gateway of Istio with a NodePort",
      next,
    });
  }
  const address = await find(environment.target);
  if (address === undefined) {
    throw new UserError("Docker has no IPv4 address by which the nodes of kind reach this machine.", {
      place: "docker network inspect kind",
      next,
    });
  }
  return {
    ...{ app, namespace, address },
    ingressLabels: ingress.labels,
    host: pageHost(app, namespace),
    port: ingress.nodePort,
  };
}

/** Why the page's server cannot listen at the address that pods reach. */
export function rethrowAbsent(error: NodeJS.ErrnoException & { address?: string }): never {
  if (error.code !== "EADDRNOTAVAIL") throw error;
  throw new UserError(
    `This machine has no address ${error.address}, at which the cluster's pods would find the page.`,
    {
      allowed: "the embedded cluster while it is up, or kind with Docker on this machine and not in a virtual one",
      next,
      cause: error,
    },
  );
}
