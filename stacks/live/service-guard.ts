import { isDeepStrictEqual } from "node:util";
import type { PodClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import type * as pulumi from "@pulumi/pulumi";
import type { ApplicationName } from "../../canary/application-name.ts";
import { toWeight } from "../../canary/weight.ts";
import { podsPath, servicePath, virtualServicePath } from "../../cluster/kube/paths.ts";
import { virtualServiceName } from "../../components/names.ts";
import { canaryShareIn } from "../../components/traffic/rendered-share.ts";
import type { Labels } from "../../components/workload/render-pod.ts";
import type { LabConfig } from "../config/schema.ts";
import type { PlatformFacts } from "../platform-facts.ts";
import { createHook } from "./create-hook.ts";
import type { PodList } from "./proxies/exec.ts";
import type { ProxyCluster, ProxyProbe, ProxyReport } from "./proxies/proxies.ts";
import { waitUntilClear } from "./wait-until.ts";

/** Hooks by which no caller in the mesh is sent to a pod that its proxy does not know. */
export interface ServiceGuard {
  /** For the Service: before pods are taken out of it, one that stays must be ready, and the callers' proxies must send to those that stay. */
  readonly narrow: pulumi.ResourceHookBinding;
  /** For a route to the Service's subsets: before it gives the canary a first share, the proxies must know its pods. */
  readonly widen: pulumi.ResourceHookBinding;
}

/** How long the callers' proxies may take, in seconds: one that has lost the control plane looks for it again by and by. */
const proxySeconds = 60;

const blocked = "No pod can be taken out of the Service yet";

export function serviceGuard(
  client: PodClient,
  config: LabConfig,
  platform: Pick<PlatformFacts, "ingress">,
  proxy: ProxyCluster["proxy"],
  say: (line: string) => void,
): ServiceGuard {
  const { app, namespace } = config;
  const ask = async (probe: ProxyProbe): Promise<ProxyReport> => {
    const { waitForProxies } = await import("./proxies/proxies.ts");
    const { istioCallers } = await import("./proxies/service-pods.ts");
    return waitForProxies({ cluster: client, proxy }, istioCallers(config, platform), probe, proxySeconds);
  };
  const narrow = createHook("service-narrow", async ({ oldInputs, newInputs }) => {
    const [before, after] = [selectorIn(oldInputs), selectorIn(newInputs)];
    if (!after || !before || isDeepStrictEqual(before, after)) return;
    if (Object.entries(after).every(([key, value]) => before[key] === value)) return; // it selects no less
    const live = await client.get<Record<string, unknown>>(servicePath(namespace, app));
    if (isDeepStrictEqual(selectorIn(live), after)) return; // a rollback writes it before the engine
    const { isReady } = await import("./proxies/exec.ts");
    const obstacle = async () => {
      const pods = await client.get<PodList>(podsPath(namespace, after));
      return pods?.items.some(isReady) ? undefined : "none of those that stay is ready";
    };
    await waitUntilClear({ obstacle, blocked, place: placeOf(config), say });
    const { keepsPods } = await import("./proxies/service-pods.ts");
    const report = await ask(keepsPods(client, { app, namespace }, after));
    if (report.without.length > 0) throw await lagging(config, blocked, report);
  });
  const widen = createHook("service-widen", async ({ newInputs }) => {
    if ((canaryShareIn(newInputs) ?? 0) === 0) return;
    const route = await client.get<object>(virtualServicePath(namespace, virtualServiceName(app)));
    if (canaryShareIn({ ...route }) !== 0) return; // canaryctl moves the route before the engine
    const { applyService, knowsCanary, openToCanary } = await import("./proxies/service-pods.ts");
    const report = await openToCanary(client, config, () => ask(knowsCanary(client, { app, namespace })));
    if (report.without.length === 0) return;
    await applyService(client, { ...config, canaryWeight: toWeight(0) });
    throw await lagging(config, "The canary gets no share yet", report);
  });
  return { narrow: { beforeUpdate: [narrow] }, widen: { beforeUpdate: [widen] } };
}

async function lagging({ app, namespace }: LabConfig, blocked: string, report: ProxyReport): Promise<UserError> {
  const { laggardsText } = await import("./proxies/proxies.ts");
  return new UserError(`${blocked}: of its callers ${laggardsText(report, proxySeconds)}.`, {
    place: placeOf({ app, namespace }),
    next: ["npx canaryctl up", "npx canaryctl doctor"],
  });
}

const placeOf = ({ app, namespace }: ApplicationName): string => `service ${namespace}/${app}`;

const selectorIn = (inputs: Readonly<Record<string, unknown>> | undefined): Labels | undefined =>
  (inputs?.spec as { readonly selector?: Labels } | undefined)?.selector;
