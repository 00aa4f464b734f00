import { describe, expect, test } from "@jest/globals";
import type { Facts, PodFacts } from "../../../../canaryctl/src/doctor/facts.ts";
import { fixesOf } from "../../../../canaryctl/src/doctor/fix.ts";
import { diagnose } from "../../../../canaryctl/src/doctor/table.ts";
import { broken, factsOf, wholeLab, wholeState } from "./recorded.ts";

/** What is found, as `severity id`. */
const ids = (facts: Facts): readonly string[] => diagnose(facts).map(({ id, severity }) => `${severity} ${id}`);
const finding = (facts: Facts, id: string) => diagnose(facts).find((one) => one.id === id);

/** The pods of the lab, one of which is changed. */
const withPod = (isOne: (pod: PodFacts) => boolean, change: Partial<PodFacts>) => ({
  pods: wholeLab.pods?.map((pod) => (isOne(pod) ? { ...pod, ...change } : pod)),
});
const isCanary = ({ labels }: PodFacts): boolean => labels.version === "v2";

describe("sidecars", () => {
  test("a namespace that lost its label, or has a revision that nobody injects", () => {
    const labelled = (labels: Record<string, string>) =>
      ids(factsOf({ cluster: { namespace: { labels, strategy: "istio", isGoing: false } } }));
    expect(labelled({})).toEqual(["error injection-label/canary-lab"]);
    expect(labelled({ "istio-injection": "disabled" })).toEqual(["error injection-label/canary-lab"]);
    expect(labelled({ "istio.io/rev": "canary" })).toEqual(["error injection-label/canary-lab"]);
    expect(labelled({ "istio.io/rev": "default" })).toEqual([]);
  });

  test("a pod of the application is restarted by --fix; one that refuses its sidecar is not", () => {
    const [found] = diagnose(factsOf({ cluster: withPod(isCanary, { hasSidecar: false }) }));
    expect(found).toMatchObject({
      severity: "error",
      mend: ["kubectl -n canary-lab rollout restart deployment/versioned-echo-v2"],
      fix: { kind: "restart", workload: { kind: "Deployment", name: "versioned-echo-v2" } },
    });
    const [refusing] = diagnose(factsOf({ cluster: withPod(isCanary, { hasSidecar: false, inject: "false" }) }));
    expect(refusing?.fix).toBeUndefined();
  });
});

describe("pods", () => {
  test("that find no node", () => {
    const change = { isReady: false, unschedulable: "0/1 nodes are available: 1 Insufficient cpu." };
    expect(ids(factsOf({ cluster: withPod(isCanary, change) }))).toEqual([
      "error unschedulable/versioned-echo-v2",
      "error subset/v2",
    ]);
  });

  test("that crash, with how they ended", () => {
    const fault = {
      container: "echo",
      image: "x",
      reason: "CrashLoopBackOff",
      message: "last time: Error, exit code 1",
      restarts: 4,
      isCrashing: true,
    };
    const facts = factsOf({ cluster: withPod(isCanary, { isReady: false, faults: [fault] }) });
    expect(finding(facts, "not-starting/versioned-echo-v2")?.evidence[0]).toMatch(
      /4 restarts: last time: Error, exit code 1/,
    );
  });

  test("of a canary that is not enabled are not missed", () => {
    const pods = wholeLab.pods?.filter((pod) => !isCanary(pod));
    const workloads = wholeLab.workloads?.filter(({ name }) => !name.startsWith("versioned-echo-v2"));
    const found = (config: Record<string, string>) => ids(factsOf({ config, cluster: { pods, workloads } }));
    expect(found({})).toContain("error absent/Deployment/versioned-echo-v2");
    expect(found({ canaryEnabled: "false", canaryWeight: "0" })).not.toContain(
      "error absent/Deployment/versioned-echo-v2",
    );
  });
});

describe("the route", () => {
  const split = (canary: number) => ({ stable: 100 - canary, canary });

  test("a proxy that goes on with an older one is named", () => {
    const proxies = wholeLab.proxies?.map((proxy, index) => (index === 0 ? { ...proxy, split: split(50) } : proxy));
    expect(ids(factsOf({ cluster: { proxies } }))).toEqual([`error proxy-route/${proxies?.[0]?.pod}`]);
  });

  test("the lab's gateway is asked where there is a VirtualService, and the Gateway API's own where there is an HTTPRoute", () => {
    const lagging = { split: split(50) };
    const proxies = [
      { pod: "lab", namespace: "istio-ingress", ...lagging },
      { pod: "own", namespace: "canary-lab", isGateway: true, ...lagging },
    ];
    const asked = (strategy: string) =>
      ids(
        factsOf({ config: { strategy }, cluster: { proxies, httpRoute: { weights: split(10), owner: "canary-lab" } } }),
      ).filter((id) => id.includes("proxy-route"));
    expect(asked("istio")).toEqual(["error proxy-route/lab"]);
    expect(asked("gateway-api")).toEqual(["error proxy-route/own"]);
  });

  test("that gives the canary more than the config is put back by --fix; one that gives it less is for a person", () => {
    const moved = broken("moved-by-hand");
    expect(finding(moved, "route-drift")?.fix).toEqual({ kind: "up" });
    const raised = factsOf({ config: { canaryWeight: "60" }, cluster: moved.cluster });
    expect(finding(raised, "route-drift")).toMatchObject({ severity: "error" });
    expect(finding(raised, "route-drift")?.fix).toBeUndefined();
  });

  test("the header's route of a Rollout that its controller dropped", () => {
    const config = { strategy: "rollout-canary" };
    const rollout = { fault: undefined, isAborted: false, headerRoutes: ["canary-header"] };
    expect(ids(factsOf({ config, cluster: { rollout } }))).toContain("error header-route/canary-header");
    const without = { ...rollout, headerRoutes: [] };
    expect(ids(factsOf({ config, cluster: { rollout: without } }))).not.toContain("error header-route/canary-header");
  });
});

test("an autoscaler is named in the place of a number that is off", () => {
  const autoscalers = [{ name: "busy", target: "versioned-echo-v1" }];
  const facts = factsOf({ cluster: { ...broken("scaled").cluster, autoscalers } });
  expect(ids(facts)).toEqual(["warning autoscaler/versioned-echo-v1"]);
});

describe("STRICT mutual TLS", () => {
  const strict = { namespace: "istio-system", name: "default", selector: undefined, mode: "STRICT", ports: {} };
  const prometheus = {
    ...wholeLab.systemPods?.[0],
    namespace: "monitoring",
    labels: { "app.kubernetes.io/name": "prometheus" },
  } as PodFacts;
  const found = (peerAuthentications: (typeof strict)[], monitoring = "true") =>
    ids(
      factsOf({
        config: { monitoring },
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
  });
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
    expect(found({ damage: "Unexpected end of JSON input" })).toEqual(["error state-damaged"]);
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

test("no strategy has faults of another one", () => {
  const strategies = [
    "gateway-api",
    "replica-ratio",
    "rolling-update",
    "rollout-canary",
    "rollout-blue-green",
    "nginx-header",
  ];
  for (const strategy of strategies) {
    const foreign = ids(
      factsOf({ config: { strategy }, cluster: { httpRoute: null, virtualServices: [], destinationRules: [] } }),
    );
    const usesIstio = strategy.startsWith("rollout");
    expect([strategy, foreign.includes("error absent/VirtualService/versioned-echo-virtualservice")]).toEqual([
      strategy,
      usesIstio,
    ]);
    expect([strategy, foreign.includes("error absent/HTTPRoute/versioned-echo")]).toEqual([
      strategy,
      strategy === "gateway-api",
    ]);
  }
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
