import { describe, expect, test } from "@jest/globals";
import type { Facts, PodFacts } from "../../../../../canaryctl/src/doctor/facts.ts";
import { fixesOf } from "../../../../../canaryctl/src/doctor/fix.ts";
import { diagnose } from "../../../../../canaryctl/src/doctor/table.ts";
import { broken, factsOf, ids, wholeLab, wholeState } from "../recorded.ts";

describe("STRICT mutual TLS", () => {
  const strict = { namespace: "istio-system", name: "default", selector: undefined, mode: "STRICT", ports: {} };
  const prometheus = {
    ...wholeLab.systemPods?.[0],
    namespace: "monitoring",
    labels: { "app.kubernetes.io/name": "prometheus" },
  } as PodFacts;
  const found = (peerAuthentications: (typeof strict)[], monitoring = "true", change: Record<string, string> = {}) =>
    ids(
      factsOf({
        config: { monitoring, ...change },
        cluster: { peerAuthentications, systemPods: [...(wholeLab.systemPods ?? []), prometheus] },
      }),
    );

  test("hides the application's metrics where there is monitoring", () => {
    expect(found([strict])).toEqual(["warning strict-mtls/istio-system/default"]);
    expect(found([strict], "false")).toEqual([]);
  });

  test("but not where the namespace, or the port of the metrics, says otherwise", () => {
    expect(found([strict, { ...strict, namespace: "canary-lab", mode: "PERMISSIVE" }])).toEqual([]);
    expect(found([{ ...strict, ports: { 8080: "PERMISSIVE" } }])).toEqual([]);
    const service = '{"metrics": {"port": 9797}}';
    expect(found([{ ...strict, ports: { 8080: "PERMISSIVE" } }], "true", { service })).toHaveLength(1);
    expect(found([{ ...strict, ports: { 9797: "PERMISSIVE" } }], "true", { service })).toEqual([]);
  });
});

test("the judge is missed where analyses ask it, and nobody misses its sidecar", () => {
  const found = (config: Record<string, string>, pods: readonly PodFacts[] = []) =>
    ids(
      factsOf({
        config: { strategy: "rollout-canary", monitoring: "true", analysis: "step", ...config },
        cluster: { pods: [...(wholeLab.pods ?? []), ...pods] },
      }),
    ).filter((id) => /judge/.test(id));
  const [pod] = wholeLab.pods ?? [];
  const name = "versioned-echo-judge-1";
  const judge = { ...pod, name, labels: { app: "versioned-echo-judge" }, hasSidecar: false, isReady: true } as PodFacts;
  expect(found({})).toEqual(["warning not-ready/judge"]);
  expect(found({ analysisBy: "objective" })).toEqual([]);
  expect(found({}, [judge])).toEqual([]);
  const other = { ...judge, labels: { app: "judge" } };
  expect(found({ analysisBy: "objective" }, [other])).toEqual([`warning sidecar-missing/${name}`]);
});

describe("a network policy", () => {
  const policy = (rule: object) => ({
    policies: [
      {
        name: "own",
        podSelector: { matchLabels: { app: "versioned-echo" } },
        types: ["Ingress"],
        ingress: [{ peers: [], ports: [], ...rule }],
        egress: [],
      },
    ],
  });
  test.each<[rule: object, isLetThrough: boolean]>([
    [{}, true],
    [{ ports: [8080] }, true],
    [{ ports: [9090] }, false],
    [{ peers: [{ podSelector: { matchLabels: { app: "versioned-echo-client" } } }] }, true],
    [
      {
        peers: [
          { podSelector: { matchExpressions: [{ key: "app", operator: "NotIn", values: ["versioned-echo-client"] }] } },
        ],
      },
      false,
    ],
    [{ peers: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "elsewhere" } } }] }, false],
  ])("with the rule %j lets the client through: %p", (rule, isLetThrough) => {
    expect(ids(factsOf({ cluster: policy(rule) }))).toEqual(isLetThrough ? [] : ["warning network-policy/ingress"]);
  });
});

describe("the engine", () => {
  const lock = { path: "/locks/a.json", pid: 4242, host: "runner-1", since: "2026-01-01T00:00:00Z" };

  test("a dead lock is taken away by --fix, another machine's is for a person", () => {
    const held = (holder: "dead" | "elsewhere" | "running") =>
      diagnose(factsOf({ facts: { state: { ...wholeState, locks: [{ ...lock, holder }] } } }));
    expect(held("dead")).toMatchObject([{ id: "dead-lock/4242", fix: { kind: "drop-dead-locks" } }]);
    expect(held("elsewhere")).toMatchObject([
      { id: "foreign-lock/runner-1-4242", mend: ["pulumi cancel --yes --stack dev"] },
    ]);
    expect(held("elsewhere")[0]?.evidence[0]).toContain("since 2026-01-01T00:00:00Z");
    expect(held("elsewhere")[0]?.fix).toBeUndefined();
    expect(held("running")).toEqual([]);
  });

  test("a state that is damaged, absent, or was left in the middle", () => {
    const found = (change: object) => ids(factsOf({ facts: { state: { ...wholeState, ...change } } }));
    const damage = { evidence: ["Unexpected end of JSON input"], mend: ["cp dev.json.bak dev.json"] };
    expect(found({ damage })).toEqual(["error state-damaged"]);
    expect(found({ isThere: false })).toEqual(["error state-absent"]);
    expect(found({ pending: ["creating versioned-echo-v2"] })).toEqual(["warning state-pending"]);
  });

  test("objects that are gone or changed, each told once", () => {
    const object = (kind: string, name: string, isGone: boolean, ...fields: string[]) => ({
      kind,
      id: `canary-lab/${name}`,
      isGone,
      fields,
    });
    const found = (cluster: Facts["cluster"] | object, ...drift: ReturnType<typeof object>[]) =>
      ids(factsOf({ cluster, facts: { state: { ...wholeState, drift } } }));
    expect(found({}, object("PodDisruptionBudget", "a", true))).toEqual(["error absent/PodDisruptionBudget/a"]);
    expect(found({}, object("Service", "a", false, "spec.selector.app"))).toEqual([
      "warning drift/Service/canary-lab/a",
    ]);
    const rule = object("DestinationRule", "versioned-echo", true);
    expect(found({ destinationRules: [] }, rule)).toEqual(["error absent/DestinationRule/versioned-echo"]);
    expect(found({}, object("VirtualService", "a", false, "spec.http.1.route"))).toEqual([]);
    expect(found({}, object("VirtualService", "a", false, "spec.hosts"))).toHaveLength(1);
    expect(found({}, object("HTTPRoute", "a", false, "spec.rules.1.backendRefs.0.weight"))).toEqual([]);
    for (const field of ["spec.rules", "spec.rules.0.matches.0.headers.0.value"]) // of targeted users
      expect(found({}, object("HTTPRoute", "a", false, field))).toEqual(["warning drift/HTTPRoute/canary-lab/a"]);
  });

  test("versions that are too old", () => {
    expect(ids(factsOf({ cluster: { version: "v1.28.4" }, facts: { pulumiVersion: "3.150.0" } }))).toEqual([
      "error version/Kubernetes",
      "error version/pulumi",
    ]);
    expect(ids(factsOf({ cluster: { version: "v1.30.0-eks-036c24b" } }))).toEqual([]);
  });
});

describe("parts that are away", () => {
  test("a cluster that does not answer is one finding", () => {
    const silence = {
      message: "The cluster does not answer: connection refused",
      place: "https://127.0.0.1:6443/version",
    };
    expect(ids(factsOf({ facts: { cluster: undefined, silence, analysis: undefined } }))).toEqual(["error cluster"]);
  });

  test("what may not be read is a note, and nothing is made up of it", () => {
    const unread = [{ what: "/api/v1/namespaces/canary-lab/pods", why: "pods is forbidden" }];
    const nothing = Object.fromEntries(Object.keys(wholeLab).map((key) => [key, undefined]));
    expect(
      ids(
        factsOf({
          cluster: nothing,
          facts: { unread, state: undefined, pulumiVersion: undefined, analysis: undefined },
        }),
      ),
    ).toEqual(["info unread//api/v1/namespaces/canary-lab/pods"]);
  });

  test("Istio's own analysis comes behind, without what is said already", () => {
    const message = { code: "IST0108", level: "Warning", message: "Unknown annotation: x", origin: "Pod a" };
    expect(ids(factsOf({ facts: { analysis: [message] } }))).toEqual(["warning istioctl/IST0108/Pod-a"]);
    expect(broken("no-destination-rule").analysis).toContainEqual(expect.objectContaining({ code: "IST0101" }));
  });
});

test("config that waits for an update is told, and keeps --fix from running up", () => {
  const pending = [{ key: "canaryImage", applied: "versioned-echo:v2", wanted: "versioned-echo:v3" }];
  const found = diagnose(factsOf({ cluster: { destinationRules: [] }, facts: { pending } }));
  expect(found.find(({ id }) => id === "pending-config")).toMatchObject({
    severity: "info",
    evidence: ["canaryImage: versioned-echo:v2 in the cluster, versioned-echo:v3 in the config"],
  });
  expect(found.some(({ fix }) => fix?.kind === "up")).toBe(true);
  expect(fixesOf(found)).toEqual([]);
  expect(ids(factsOf())).toEqual([]);
});

describe("a kubelet that is silent", () => {
  const on = (node: string) => (wholeLab.pods ?? []).map((pod) => ({ ...pod, node }));
  const found = (secondsAgo: number, node = "one") =>
    ids(factsOf({ cluster: { pods: on("one"), heartbeats: [{ node, secondsAgo }] } }));

  test("is told where pods of the application are on its node", () => {
    expect(found(90)).toEqual(["warning kubelet-silent/one"]);
    expect(found(90, "another")).toEqual([]);
  });

  test("is none that misses no more than its lease allows", () => {
    expect(found(45)).toEqual([]);
  });
});
