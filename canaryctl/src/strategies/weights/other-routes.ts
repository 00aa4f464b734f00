import { gatewayRoute } from "../../traffic/gateway-route.ts";
import { podShare } from "../../traffic/pod-share.ts";
import { weighted } from "./weighted.ts";

export const gatewayApi = weighted(gatewayRoute);
export const replicaRatio = weighted(podShare);
