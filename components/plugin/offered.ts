import { GatewayApi } from "../gateway-api/gateway-api-definitions.ts";
import { HttpRoute } from "../gateway-api/http-route.ts";
import { HeaderIngress } from "../nginx-header/header-ingress.ts";
import { LoadClient } from "../traffic/load-client.ts";
import { Sides } from "../traffic/sides.ts";
import { WeightedRoute } from "../traffic/weighted-route.ts";

/** What other languages can use: the components whose arguments Pulumi's analyzer has a schema for. */
export const offered = { GatewayApi, HeaderIngress, HttpRoute, LoadClient, Sides, WeightedRoute };

/** The package's name in other languages, and in front of each of its types. */
export const packageName = "canary-lab";
