import { UserError } from "@canary-lab/kit/user-error";
import { describe, expect, test } from "@jest/globals";
import { notRead, stateFindings, statusFindings } from "../../../../canaryctl/src/commands/status-findings.ts";
import type { ClusterFacts } from "../../../../canaryctl/src/doctor/facts.ts";
import { routeFacts } from "../../../../canaryctl/src/doctor/route-objects.ts";
import type { Drift } from "../../../../canaryctl/src/engine/drift/live-objects.ts";
import { renderDestinationRule } from "../../../../components/traffic/render-sides.ts";
import { renderVirtualService } from "../../../../components/traffic/render-weighted-route.ts";
import { sampleConfig } from "../../stacks/sample-config.ts";
import { broken } from "../doctor/recorded.ts";

const config = { ...sampleConfig, canaryWeight: 10 as typeof sampleConfig.canaryWeight };
const { app, namespace } = config;

const pod = (version: string) => ({
  ...{ namespace, name: `${app}-${version}`, labels: { app, version }, inject: undefined, owner: undefined },
  ...{ isGoing: false, isReady: true, hasSidecar: true, faults: [], unschedulable: undefined },
});
const workload = (version: string, wanted: number) => ({
  ...{ kind: "Deployment" as const, name: `${app}-${version}`, labels: {}, owner: undefined, ready: wanted, wanted },
  ...{ replicasWriter: undefined, conditions: [] },
});
const route = (name: string, change: object = {}) =>
  routeFacts({ ...renderVirtualService(config), metadata: { name, namespace, creationTimestamp: "2" }, ...change });

/** A cluster as the config wants it. */
const well: ClusterFacts = {
  namespace: { labels: { "istio-injection": "enabled" }, strategy: "istio", isGoing: false },
  pods: [pod("v1"), pod("v2")],
  events: [],
  quotas: [],
  services: [{ name: app, selector: { app } }],
  workloads: [workload("v1", config.replicas), workload("v2", config.canaryReplicas)],
  virtualServices: [route(`${app}-virtualservice`)],
  destinationRules: [
    {
      namespace,
      name: app,
      host: app,
      subsets: renderDestinationRule({ app, namespace, toldApartBy: "version" }).spec.subsets.map(
        ({ name, labels }) => ({ name, labels: { ...labels } }),
      ),
    },
  ],
  proxies: [{ pod: "client", namespace, split: { stable: 90, canary: 10 } }],
  httpRoutes: [],
  ingresses: undefined,
  httpRoute: undefined,
  rollout: null,
  ...notRead,
};

const idsOf = (change: Partial<ClusterFacts>, drift: readonly Drift[] = []) =>
  statusFindings({ config }, { ...well, ...change }, drift).map(({ id }) => id);

describe("of the state", () => {
  const lab = { state: {}, stackFile: { stack: "dev" } };

  test("one that is not there is told where the application is in the cluster, and where a folder has it", () => {
    expect(stateFindings(lab, well, undefined)).toMatchObject([
      { id: "state-absent", what: expect.stringContaining("no state of stack dev"), next: "pulumi stack ls" },
    ]);
    expect(stateFindings(lab, { namespace: undefined }, undefined)).toEqual([]);
    expect(stateFindings({ ...lab, state: undefined }, well, undefined)).toEqual([]);
    expect(stateFindings(lab, well, [])).toEqual([]);
  });

  test("one that is damaged is told with the way out", () => {
    const damaged = new UserError("The state of stack dev is damaged.", { place: "dev.json", next: "cp a b" });
    expect(stateFindings(lab, well, damaged)).toEqual([
      { id: "state", what: "The state of stack dev is damaged.", evidence: ["dev.json"], next: "cp a b" },
    ]);
  });
});

describe("statusFindings", () => {
  test("nothing is wrong with a cluster as the config wants it", () => {
    expect(idsOf({})).toEqual([]);
  });

  test.each<[string, Partial<ClusterFacts>, RegExp]>([
    [
      "the label for sidecars is lost",
      { namespace: { labels: {}, strategy: "istio", isGoing: false } },
      /^injection-label/,
    ],
    ["the DestinationRule is gone", { destinationRules: [] }, /^absent\/DestinationRule/],
    [
      "there are fewer pods than the config asks for",
      { workloads: [workload("v1", 1), workload("v2", config.canaryReplicas)] },
      /^replicas\/.*-v1/,
    ],
    [
      "there are more pods",
      { workloads: [workload("v1", 9), workload("v2", config.canaryReplicas)] },
      /^replicas\/.*-v1/,
    ],
    [
      "another VirtualService claims the host",
      { virtualServices: [...(well.virtualServices ?? []), route("other")] },
      /^rival/,
    ],
    [
      "a caller's proxy has another split",
      { proxies: [{ pod: "client", namespace, split: { stable: 100, canary: 0 } }] },
      /^proxy-route/,
    ],
    [
      "the route of the header is lost",
      { virtualServices: (well.virtualServices ?? []).map((one) => ({ ...one, http: one.http.slice(-1) })) },
      /^header-route/,
    ],
  ])("says that %s", (_case, change, id) => {
    expect(idsOf(change)).toEqual([expect.stringMatching(id)]);
  });

  test.each(["quota", "pod-security", "bad-image"])("says why pods cannot start: %s", (failure) => {
    const { workloads, pods, events, quotas } = { ...well, ...broken(failure).cluster };
    const found = statusFindings({ config }, { ...well, workloads, pods, events, quotas }, []);
    expect(found).toContainEqual(
      expect.objectContaining({ id: expect.stringMatching(new RegExp(`^${failure.replace("bad-", "")}/`)) }),
    );
  });

  test("adds objects of the state that have drifted, but for those of which more is known", () => {
    const drift = (kind: string, id: string): Drift => ({ urn: id, kind, id, path: "/x", live: undefined, fields: [] });
    const gone = [
      drift("DestinationRule", `${namespace}/${app}`),
      drift("PodDisruptionBudget", `${namespace}/${app}-v1`),
    ];
    expect(idsOf({ destinationRules: [] }, gone)).toEqual([
      `absent/DestinationRule/${app}`,
      `drift/PodDisruptionBudget/${namespace}/${app}-v1`,
    ]);
  });
});
