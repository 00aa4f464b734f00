import type { UserError } from "@canary-lab/kit/user-error";
import type { StrategyName } from "../../../../canary/strategies.ts";
import { toWeight } from "../../../../canary/weight.ts";
import { renderHttpRoute } from "../../../../components/gateway-api/render-http-route.ts";
import { renderVirtualService } from "../../../../components/traffic/render-weighted-route.ts";
import { releaseGuard } from "../../../../stacks/live/release-guard.ts";
import type { Rise } from "../../../../stacks/live/rise-gate.ts";
import type { Gift } from "../../../../stacks/live/taken-back.ts";
import { sampleConfig } from "../sample-config.ts";

/** What the mock of `createHook` returns. */
type Hook = { readonly run: (args: object) => Promise<void>; readonly options: { readonly onDryRun?: boolean } };

export const httpRoute = (weight: number) => renderHttpRoute({ ...sampleConfig, canaryWeight: toWeight(weight) });
export const route = (weight: number) => renderVirtualService({ ...sampleConfig, canaryWeight: toWeight(weight) });
const template = (image: string) => ({ spec: { template: { spec: { containers: [{ name: "echo", image }] } } } });

const scaling = (from: number, to: number) => ({
  oldInputs: { spec: { replicas: from } },
  newInputs: { spec: { replicas: to } },
});

/** What the program would ask before it changes the canary's pods and the route, in a cluster with these pods. */
export function guard({
  ready = 2,
  live = 10,
  weight = 10,
  replicas = 2,
  canaryReplicas = 2,
  image = "versioned-echo:v2",
  strategy = "istio" as StrategyName,
  taken = undefined as UserError | undefined,
  held = undefined as UserError | undefined,
  isGated = true,
  isNoted = false,
  mendsDrift = false,
  scaled = 2,
  canaryPods = 2,
} = {}) {
  const reads: string[] = [];
  const client = {
    get: async <T>(path: string): Promise<T> =>
      (reads.push(path) && path.includes("virtualservices")
        ? route(live)
        : path.includes("httproutes")
          ? httpRoute(live)
          : path.endsWith("-v2")
            ? { spec: { replicas: canaryPods }, status: { readyReplicas: ready } }
            : { spec: { replicas: scaled }, status: { readyReplicas: scaled } }) as T,
  };
  const config = {
    ...sampleConfig,
    replicas,
    canaryReplicas,
    canaryImage: image,
    canaryWeight: toWeight(weight),
    canaryEnabled: true,
    strategy,
  };
  const gifts: Gift[] = [];
  const rises: Rise[] = [];
  const told: UserError[] = [];
  const faultOf = async (rise: Rise) => {
    rises.push(rise);
    return held;
  };
  const takenBack = async (gift: Gift) => {
    gifts.push(gift);
    return taken;
  };
  const noted: Rise[] = [];
  const keep = async (rise: Rise) => void noted.push(rise);
  const gate = isGated
    ? { faultOf, tell: (fault: UserError) => void told.push(fault), ...(isNoted && { note: keep }) }
    : undefined;
  const hooks = releaseGuard(client, config, takenBack, { gate, mendsDrift });
  const { v1, v2 } = hooks.sides;
  const [stable, canary, share] = [v1, v2, hooks.route].map((of) => of.beforeUpdate?.[0]) as unknown as [
    Hook,
    Hook,
    Hook,
  ];
  const namespace = hooks.namespace as unknown as Hook;
  const note = (values: Record<string, string>) => ({
    metadata: { annotations: { "canary-lab/config": JSON.stringify({ canaryEnabled: "true", ...values }) } },
  });
  const rendered = strategy === "gateway-api" ? httpRoute : route;
  return {
    gifts,
    rises,
    told,
    noted,
    risen: hooks.route.afterUpdate?.[0] as unknown as Hook | undefined,
    reads,
    hooks: [canary, share, namespace],
    podsRisen: hooks.sides.v2.afterUpdate?.[0] as unknown as Hook | undefined,
    pods: (from: number, to: number) => canary.run(scaling(from, to)),
    stablePods: (from: number, to: number) => stable.run(scaling(from, to)),
    namespace: (from: Record<string, string>, to: Record<string, string>) =>
      namespace.run({ oldInputs: note(from), newInputs: note(to) }),
    canary: (from: string, to: string) => canary.run({ oldInputs: template(from), newInputs: template(to) }),
    route: (from: number, to: number) => share.run({ oldInputs: rendered(from), newInputs: rendered(to) }),
  };
}
