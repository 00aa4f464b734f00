import { expect, test } from "@jest/globals";
import { readNote } from "../../../canaryctl/src/deployed.ts";
import { appendHistory, noteRollback, readHistory } from "../../../canaryctl/src/history/store.ts";
import { CallerCounters } from "../../../canaryctl/src/judged/caller-counters.ts";
import { takeLease } from "../../../canaryctl/src/judged/lease.ts";
import type { Lab } from "../../../canaryctl/src/lab.ts";
import { tellController } from "../../../canaryctl/src/strategies/rollouts/tell.ts";
import { configuredStrategy } from "../../../canaryctl/src/strategies/table.ts";
import { firingAlerts } from "../../../canaryctl/src/traffic/alerts.ts";
import { gatewayRoute } from "../../../canaryctl/src/traffic/gateway-route.ts";
import { istioRoute } from "../../../canaryctl/src/traffic/istio-route.ts";
import { ingressClassPath } from "../../../cluster/kube/paths.ts";
import { ingressClassName } from "../../../components/nginx-header/render-ingress.ts";
import { parseConfig, type RawConfig } from "../../../stacks/config/parse-config.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { countedRelease } from "../../../stacks/live/counted-release.ts";
import { findExisting } from "../../../stacks/live/existing-platform.ts";
import { removeIdlePods } from "../../../stacks/live/idle-pods.ts";
import { sendsBy, waitForProxies } from "../../../stacks/live/proxies/proxies.ts";
import { applyService } from "../../../stacks/live/proxies/service-pods.ts";
import { shareOf } from "../../../stacks/live/proxies/share.ts";
import { riseFault } from "../../../stacks/live/rise-gate.ts";
import { neededRights } from "../../../stacks/needed-rights.ts";
import { ownFacts } from "../../../stacks/platform-facts.ts";
import type { RoleName } from "../../../stacks/role-names.ts";
import { roleRights } from "../../../stacks/roles.ts";
import { rolloutObject } from "./live/fake-rollout.ts";

const pod = { metadata: { name: "pod" }, status: { conditions: [{ type: "Ready", status: "True" }] } };
const idleSet = {
  metadata: { name: "idle", ownerReferences: [{ kind: "Rollout" }], labels: { "rollouts-pod-template-hash": "old" } },
  spec: { replicas: 0, template: { spec: { containers: [] } } },
  status: { replicas: 1 },
};

/** An API server that notes what an account needs for each call, by the call itself. */
function notingServer() {
  const needed = new Set<string>();
  const note = (path: string, ...verbs: readonly string[]) => {
    const [, group, , namespace, resource, name, sub] =
      /^\/(?:api\/v1|apis\/([^/]+)\/([^/]+))(?:\/namespaces\/([^/?]+)(?=\/))?\/([^/?]+)(?:\/([^/?]+))?(?:\/([^/?]+))?/.exec(
        path,
      ) ?? [];
    if (!resource) throw new Error(`no resource in ${path}`);
    const place = namespace === undefined ? "" : ` in ${namespace}`;
    const full = `${resource}${group ? `.${group}` : ""}${sub ? `/${sub}` : ""}`;
    for (const verb of verbs) needed.add(`${verb === "get" && !name ? "list" : verb} ${full}${place}`);
  };
  return {
    needed,
    get: async <T>(path: string): Promise<T | undefined> => {
      note(path, "get");
      if (path.includes("/rollouts/")) return rolloutObject({ phase: "Paused", weight: 10, current: "new" }) as T;
      if (path.includes("/replicasets?")) return { items: [idleSet] } as T;
      return (path.includes("/pods?") ? { items: [pod] } : undefined) as T;
    },
    text: async (path: string) => {
      note(path, "get");
      return undefined;
    },
    // Who applies what is not there makes it.
    apply: async <T>(path: string) => {
      note(path, "patch", "create");
      return { metadata: {} } as T;
    },
    patch: async <T>(path: string) => {
      note(path, "patch");
      return { metadata: {} } as T;
    },
    delete: async (path: string) => note(path, "delete"),
    proxy: async (namespace: string, name: string) => {
      note(`/api/v1/namespaces/${namespace}/pods/${name}/portforward`, "get", "create");
      return async () => "{}";
    },
  };
}

type Server = ReturnType<typeof notingServer>;

/** What the update and the commands do beside making the stack's objects. */
const callers: Readonly<Record<string, (server: Server, config: LabConfig) => Promise<unknown>>> = {
  "the gate of a rise": (client, config) =>
    riseFault({ client, config, platform: ownFacts(config, "dev") }, { from: 10, to: 30 }, ""),
  alerts: (cluster, config) =>
    firingAlerts({ cluster, config, platform: ownFacts(config, "dev"), stackFile: {} } as never),
  "the callers' proxies": async (cluster, config) => {
    const release = countedRelease(config);
    if (!release) return;
    const route = config.strategy === "istio" ? istioRoute : gatewayRoute;
    const groups = route.proxies?.(config, ownFacts(config, "dev")) ?? [];
    await new CallerCounters(cluster, { groups, release, edges: [250] }).look();
    await waitForProxies({ cluster, proxy: cluster.proxy }, groups, sendsBy(shareOf(10)), 0);
  },
  "one promotion at a time": async (cluster, config) => (await takeLease(cluster, config)).end(),
  "the history": (cluster, config) => appendHistory(cluster, config, { command: "up" } as never),
  "pods of a former revision": async (client, config) => {
    let hours = 0;
    const wait = { say: () => {}, clock: { now: () => 3_600_000 * hours++, sleep: async () => {} } };
    if (config.strategy.startsWith("rollout-")) await removeIdlePods(client, config, rolloutObject({}), wait);
  },
  "a platform that is found": async (client, config) => {
    if (config.platform === "existing") await findExisting(client, config, "Pulumi.dev.yaml");
  },
  "an Ingress's class": async (client, config) => {
    if (config.strategy === "nginx-header") await client.get(ingressClassPath(ingressClassName));
  },
};

/** What the commands read of a release, whoever runs them. */
const readers: typeof callers = {
  "whose the namespace is": (cluster, config) => readNote(labOf(cluster, config)),
  "where the release stands": async (cluster, config) => {
    const lab = labOf(cluster, config);
    return (await configuredStrategy(lab)).read(lab);
  },
  "the history": (cluster, config) => readHistory(cluster, config),
};

/** What a move writes beside what {@link callers} do. */
const movers: typeof callers = {
  "the route": async (client, config) => {
    const route = config.strategy === "istio" ? istioRoute : gatewayRoute;
    if (!["istio", "gateway-api"].includes(config.strategy)) return;
    await route.apply?.(client, config);
    await route.applyAround?.(client, config, ownFacts(config, "dev"));
  },
  "the Service's pods": (client, config) => applyService(client, config),
  "the mark of a rollback": (client, config) => noteRollback(client, config),
  "the word to the Rollouts controller": async (cluster, config) => {
    if (config.strategy.startsWith("rollout-")) await tellController(labOf(cluster, config), { abort: true });
  },
};

const labOf = (cluster: Server, config: LabConfig) =>
  ({
    cluster,
    config,
    environment: {},
    stackFile: { stack: "dev", reference: "dev", claim: () => ({ stack: "dev", namespace: config.namespace }) },
  }) as unknown as Lab;

/** What calls ask for that a role does not give; a Namespace is read by a right in itself. */
async function lacking(role: RoleName, values: RawConfig, ...calls: readonly (typeof callers)[]) {
  const config = parseConfig(values);
  const server = notingServer();
  for (const call of calls.flatMap((some) => Object.values(some))) await call(server, config).catch(() => {});
  const rights = new Set(
    roleRights(role, config).map(({ verb, resource, namespace }) =>
      namespace === undefined || resource === "namespaces"
        ? `${verb} ${resource}`
        : `${verb} ${resource} in ${namespace}`,
    ),
  );
  const needed = [...server.needed];
  return { needed, lacking: needed.filter((right) => !rights.has(right) && !rights.has(right.replace(/ in .*/, ""))) };
}

/** With one right that is asked for at least. */
const stacks: readonly (readonly [title: string, asked: string, values: RawConfig])[] = [
  ["istio, monitored", "get services/proxy in monitoring", { strategy: "istio", monitoring: true }],
  ["istio alone", "get pods/proxy in istio-ingress", { strategy: "istio" }],
  ["gateway-api", "get pods/proxy in canary-lab", { strategy: "gateway-api", monitoring: true }],
  ["replica-ratio, monitored", "get services/proxy in monitoring", { strategy: "replica-ratio", monitoring: true }],
  ["rollout-canary", "patch replicasets.apps in canary-lab", { strategy: "rollout-canary", monitoring: true }],
  ["nginx-header", "get ingressclasses.networking.k8s.io", { strategy: "nginx-header" }],
  [
    "on another stack's platform",
    "get services/proxy in monitoring",
    { strategy: "istio", monitoring: true, platform: "dev" },
  ],
  [
    "on a platform that is found",
    "list prometheuses.monitoring.coreos.com",
    { strategy: "istio", platform: "existing", ingressGateway: "istio-ingress/gateway" },
  ],
];

test.each(stacks)(
  "what the running code asks of the API server is in the rights: %s",
  async (_title, asked, values) => {
    const config = parseConfig(values);
    const server = notingServer();
    // Without answers many of them end in an error: what they asked until then counts.
    for (const call of Object.values(callers)) await call(server, config).catch(() => {});
    const rights = new Set(
      neededRights(config, 36).map(({ verb, resource, namespace }) =>
        namespace === undefined ? `${verb} ${resource}` : `${verb} ${resource} in ${namespace}`,
      ),
    );
    const covered = (right: string) => rights.has(right) || rights.has(right.replace(/ in .*/, ""));
    expect(server.needed).toContain(asked);
    expect([...server.needed].filter((right) => !covered(right))).toEqual([]);
  },
);

test.each([
  ["named by the config", { prometheus: "watch/main", ingressGateway: "edge/gate" }, ["watch", "edge"]],
  ["else known in the update only", {}, []],
])("the places of a platform that is found are %s", (_case, values, places) => {
  const rights = neededRights(
    parseConfig({ strategy: "istio", monitoring: true, platform: "existing", ...values }),
    36,
  );
  const outside = rights.flatMap(({ namespace }) => (namespace && namespace !== "canary-lab" ? namespace : []));
  expect([...new Set(outside)].sort()).toEqual([...places].sort());
});

test.each(stacks)("what a move asks of the API server is in the mover's rights: %s", async (_title, asked, values) => {
  const found = await lacking("mover", values, callers, readers, movers);
  expect(found.needed).toEqual(expect.arrayContaining([asked, "patch configmaps in canary-lab"]));
  expect(found.lacking).toEqual([]);
});

test.each(stacks)("what is read of a release is in the viewer's rights: %s", async (_title, _asked, values) => {
  const found = await lacking("viewer", values, readers);
  expect(found.needed).toEqual(expect.arrayContaining(["get namespaces", "get configmaps in canary-lab"]));
  expect(found.lacking).toEqual([]);
});
