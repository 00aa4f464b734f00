import type { ClusterFacts } from "../../../../../canaryctl/src/doctor/facts.ts";
import { httpRouteFacts } from "../../../../../canaryctl/src/doctor/route-objects.ts";
import { renderHttpRoute } from "../../../../../components/gateway-api/render-http-route.ts";
import { sampleConfig } from "../../../stacks/sample-config.ts";
import { factsOf, ids, wholeLab } from "../recorded.ts";

export const { app, namespace } = sampleConfig;
export const config = { app, namespace, canaryWeight: 10 as typeof sampleConfig.canaryWeight };
export type Strategy =
  | "istio"
  | "gateway-api"
  | "nginx-header"
  | "rollout-canary"
  | "rollout-blue-green"
  | "replica-ratio";

/** Written by the program, or by somebody else since. */
export const metadata = (
  name: string,
  fields: readonly string[] = [],
  manager = "canary-lab",
  change: object = {},
) => ({
  name,
  namespace,
  creationTimestamp: "2026-01-02T00:00:00Z",
  managedFields: [
    {
      manager,
      time: "2026-01-03T00:00:00Z",
      fieldsV1: { "f:spec": Object.fromEntries(fields.map((f) => [`f:${f}`, {}])) },
    },
  ],
  ...change,
});
export const factsFor = (strategy: Strategy, cluster: Partial<ClusterFacts>, facts = {}) =>
  factsOf({ config: { strategy }, cluster: { namespace: { ...labelled, strategy }, ...cluster }, facts });
const {
  strategy: _,
  note: __,
  ...labelled
} = wholeLab.namespace ?? { labels: {}, isGoing: false, strategy: undefined };
export const about = (strategy: Strategy, cluster: Partial<ClusterFacts>, word: RegExp) =>
  ids(factsFor(strategy, cluster)).filter((id) => word.test(id));

export const httpRoute = (name: string, spec: object = {}, meta: object = {}) =>
  httpRouteFacts({
    metadata: { ...metadata(name), ...meta },
    spec: { parentRefs: renderHttpRoute(config).spec.parentRefs as never, ...spec },
  });
