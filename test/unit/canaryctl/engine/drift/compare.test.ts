import { describe, expect, test } from "@jest/globals";
import { type Fields, fieldDrift } from "../../../../../canaryctl/src/engine/drift/compare.ts";

const managers = ["canary-lab"];

/** The paths that differ, with their live values. */
const differing = (wanted: Fields, live: Fields, ignored: readonly string[] = []) =>
  fieldDrift({ wanted, live, ignored, managers }).map(({ path, live }) => [path.join("."), live]);

const deployment = (spec: Fields, metadata: Fields = {}) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata,
  spec,
});

describe("fieldDrift", () => {
  test("finds what differs and what is missing, and leaves what the update did not write", () => {
    const wanted = deployment({ replicas: 2, paused: true }, { name: "x", labels: { app: "x", team: "a" } });
    const live = deployment(
      { replicas: 4, progressDeadlineSeconds: 600 },
      { name: "x", uid: "1", labels: { app: "x", other: "b" }, annotations: { note: "by hand" } },
    );
    expect(differing(wanted, live)).toEqual([
      ["metadata.labels.team", undefined],
      ["spec.replicas", 4],
      ["spec.paused", undefined],
    ]);
  });

  test("takes two ways to write a value for one", () => {
    const container = (resources: Fields, more: Fields = {}) =>
      deployment({ template: { spec: { containers: [{ name: "a", resources, ...more }] } } });
    expect(
      differing(
        container({ requests: { cpu: "0.1", memory: "1024Mi" }, limits: { cpu: 1 } }, { args: [], env: {}, stdin: "" }),
        container({ requests: { cpu: "100m", memory: "1Gi" }, limits: { cpu: "1" } }),
      ),
    ).toEqual([]);
    expect(differing(container({ limits: { memory: "1Gi" } }), container({ limits: { memory: "2Gi" } }))).toHaveLength(
      1,
    );
    expect(differing(deployment({ minReadySeconds: 0 }), deployment({}))).toEqual([]);
    expect(differing(deployment({ enabled: false }), deployment({}))).toEqual([["spec.enabled", undefined]]);
  });

  test("allows more in the lists of Kubernetes' own kinds, and tells of less", () => {
    const ports = (...numbers: number[]) => ({
      apiVersion: "v1",
      kind: "Service",
      spec: { ports: numbers.map((port) => ({ port })) },
    });
    expect(differing(ports(80), ports(80, 81))).toEqual([]);
    expect(differing(ports(80, 81), ports(80))).toEqual([["spec.ports", [{ port: 80 }]]]);
    expect(differing(ports(80), ports(8080))).toEqual([["spec.ports.0.port", 8080]]);
  });

  test("a Service selects by what was written and nothing else, but for what the Rollouts controller adds", () => {
    const service = (selector: Fields) => ({ apiVersion: "v1", kind: "Service", spec: { selector } });
    expect(differing(service({ app: "x" }), service({ app: "x", version: "v2" }))).toEqual([
      ["spec.selector.version", "v2"],
    ]);
    expect(differing(service({ app: "x" }), service({ app: "x", "rollouts-pod-template-hash": "1" }))).toEqual([]);
  });
});

describe("fieldDrift in a custom resource", () => {
  const wanted = { http: [{ route: [{ weight: 90 }, { weight: 10 }] }] };
  const route = (spec: Fields, manager?: string) => ({
    apiVersion: "networking.istio.io/v1",
    kind: "VirtualService",
    metadata: { managedFields: manager ? [{ manager, fieldsV1: { "f:spec": { "f:http": {} } } }] : [] },
    spec,
  });
  const withFault = { http: [{ route: [{ weight: 90 }, { weight: 10 }], fault: { abort: {} } }] };
  const withRule = { http: [...wanted.http, { name: "more" }] };

  test("a list of another length or with other values is drift", () => {
    expect(differing(route(wanted), route(withRule, "canary-lab"))).toEqual([["spec.http", withRule.http]]);
    const moved = { http: [{ route: [{ weight: 50 }, { weight: 50 }] }] };
    expect(differing(route(wanted), route(moved, "canary-lab"))).toEqual([
      ["spec.http.0.route.0.weight", 50],
      ["spec.http.0.route.1.weight", 50],
    ]);
  });

  test("what else is in a list is drift where somebody else wrote it, and a default where the stack did", () => {
    expect(differing(route(wanted), route(withFault, "kubectl-edit"))).toEqual([["spec.http.0.fault", { abort: {} }]]);
    expect(differing(route(wanted), route(withFault, "canary-lab"))).toEqual([]);
  });

  test("what the controller of Rollouts adds without a content when it writes a Rollout back is none", () => {
    const rollout = (experiment: Fields) => ({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      metadata: { managedFields: [{ manager: "rollouts-controller", fieldsV1: { "f:spec": { "f:steps": {} } } }] },
      spec: { steps: [{ experiment }] },
    });
    const wanted = rollout({ duration: "8s" });
    expect(differing(wanted, rollout({ duration: "8s", analysisRunMetadata: {} }))).toEqual([]);
    expect(differing(wanted, rollout({ duration: "8s", analyses: [{}] }))).toHaveLength(1);
  });

  test("a default within a list whose items have owners of their own is none", () => {
    const rollout = (port: Fields) => ({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      metadata: {
        managedFields: [
          {
            manager: "canary-lab",
            fieldsV1: { "f:spec": { "f:containers": { 'k:{"name":"a"}': { "f:ports": {} } } } },
          },
        ],
      },
      spec: { containers: [{ name: "a", ports: [port] }] },
    });
    expect(differing(rollout({ port: 1 }), rollout({ port: 1, protocol: "TCP" }))).toEqual([]);
  });

  test("a path of ignoreChanges belongs to somebody else", () => {
    expect(differing(route(wanted), route(withRule, "rollouts-controller"), ["spec.http"])).toEqual([]);
    const subsets = (labels: Fields) => ({
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      spec: { subsets: [{ labels }] },
    });
    const ignored = ['spec.subsets[*].labels["owner"]'];
    expect(differing(subsets({ owner: "a" }), subsets({ owner: "b" }), ignored)).toEqual([]);
    expect(differing(subsets({ owner: "a" }), subsets({ owner: "b" }))).toHaveLength(1);
  });
});
