import { describe, expect, test } from "@jest/globals";
import { toWeight } from "../../../../canary/weight.ts";
import { graphOf } from "../../../../canaryctl/src/graph/graph-of.ts";
import type { GraphObjects } from "../../../../canaryctl/src/graph/objects.ts";
import { renderApiGateway, renderHttpRoute } from "../../../../components/gateway-api/render-http-route.ts";
import { renderIngress } from "../../../../components/nginx-header/render-ingress.ts";
import { renderBlueGreenRoute } from "../../../../components/rollout/render-rollout-blue-green.ts";
import { renderRestingRoute } from "../../../../components/rollout/render-rollout-canary.ts";
import { recordedBlueGreen } from "../../canary/rollout/recorded-blue-green.ts";
import { recordedCanary } from "../../canary/rollout/recorded-canary.ts";
import { application, brokenIstio, livePod, liveService, liveWorkload, wholeIstio } from "./live-objects.ts";

const drawn = (objects: GraphObjects) => graphOf(objects, application, "dev");

/** The edges, as `from -> to: labels`. */
const edges = (objects: GraphObjects): readonly string[] =>
  drawn(objects).edges.map(
    ({ from, to, labels }) => `${from} -> ${to}${labels.length > 0 ? `: ${labels.join(", ")}` : ""}`,
  );

const faults = (objects: GraphObjects): Readonly<Record<string, string>> =>
  Object.fromEntries(drawn(objects).nodes.flatMap(({ id, fault }) => (fault === undefined ? [] : [[id, fault]])));

const linesOf = (objects: GraphObjects, wanted: string) => drawn(objects).nodes.find(({ id }) => id === wanted)?.lines;

const route = "VirtualService/versioned-echo-virtualservice";

describe("what was recorded of a lab with strategy istio", () => {
  test("leads from the gateway and the mesh by weights to the pods, and on to what makes them", () => {
    const all = edges(wholeIstio);
    expect(all).toEqual(
      expect.arrayContaining([
        `Callers/in the mesh -> ${route}`,
        `Gateway/versioned-echo-gateway -> ${route}`,
        `${route} -> Subset/v1 of versioned-echo: 90 %`,
        `${route} -> Subset/v2 of versioned-echo: x-canary=v2, 10 %`,
        "Service/versioned-echo -> Subset/v1 of versioned-echo",
        "Subset/v2 of versioned-echo -> Pod/versioned-echo-v2-676bd4b4bf-4zdcc",
        "Subset/v2 of versioned-echo -> Pod/versioned-echo-v2-676bd4b4bf-k9qwb",
        "Pod/versioned-echo-v2-676bd4b4bf-k9qwb -> ReplicaSet/versioned-echo-v2-676bd4b4bf",
        "ReplicaSet/versioned-echo-v2-676bd4b4bf -> Deployment/versioned-echo-v2",
      ]),
    );
    expect(faults(wholeIstio)).toEqual({});
    // The client is another application.
    expect(all.filter((edge) => edge.includes("client"))).toEqual([]);
  });

  test("has the weights as they were moved by hand", () => {
    expect(edges(brokenIstio("moved-by-hand"))).toContain(`${route} -> Subset/v1 of versioned-echo: 50 %`);
  });

  test("shows the subsets that no DestinationRule has any more", () => {
    expect(faults(brokenIstio("no-destination-rule"))).toEqual({
      "Subset/v1 of versioned-echo": "is in no DestinationRule",
      "Subset/v2 of versioned-echo": "is in no DestinationRule",
    });
  });

  test("shows pods that are not ready, and the Deployment that waits for them", () => {
    expect(faults(brokenIstio("not-ready"))).toMatchObject({ "Deployment/versioned-echo-v2": "0 of 2 ready" });
    expect(
      Object.entries(faults(brokenIstio("not-ready"))).filter(([id]) => id.startsWith("Pod/versioned-echo-v2")),
    ).toHaveLength(2);
  });
});

test("a Service and a Gateway that are named and not there are drawn with that fault", () => {
  expect(faults({ ...wholeIstio, services: [], gateways: [] })).toEqual({
    "Gateway/versioned-echo-gateway": "is not there",
    "Service/versioned-echo": "is not there",
    "Subset/v1 of versioned-echo": "matches no pod",
    "Subset/v2 of versioned-echo": "matches no pod",
  });
});

test("of what could not be read nothing is said to be missing", () => {
  expect(
    faults({
      ...wholeIstio,
      gateways: undefined,
      destinationRules: undefined,
      pods: undefined,
      replicaSets: undefined,
    }),
  ).toEqual({});
});

test("a subset whose labels no pod has matches none; a pod that is going is none", () => {
  const pods = wholeIstio.pods?.map((pod) =>
    pod.metadata.labels?.version === "v2"
      ? { ...pod, metadata: { ...pod.metadata, deletionTimestamp: "2026-11-26T23:30:00Z" } }
      : pod,
  );
  expect(faults({ ...wholeIstio, pods })).toMatchObject({ "Subset/v2 of versioned-echo": "matches no pod" });
});

test("many pods that look alike are one node, which tells the number", () => {
  const owner = { kind: "ReplicaSet", name: "versioned-echo-v1-dbf6fb69f" };
  const young = Array.from({ length: 6 }, (_, index) =>
    livePod(`young-${index}`, { app: "versioned-echo", version: "v1" }, owner, index > 0),
  );
  expect(edges({ services: [liveService("versioned-echo", { app: "versioned-echo" })], pods: young })).toContain(
    "Service/versioned-echo -> Pod/young-5: 20 %",
  );
  const pods = [...young, livePod("young-6", { app: "versioned-echo", version: "v1" }, owner)];
  expect(edges({ services: [liveService("versioned-echo", { app: "versioned-echo" })], pods })).toEqual([
    "Pod/young-0 -> ReplicaSet/versioned-echo-v1-dbf6fb69f",
    "Service/versioned-echo -> Pod/young-0",
    "Pods/6 of versioned-echo-v1-dbf6fb69f -> ReplicaSet/versioned-echo-v1-dbf6fb69f",
    "Service/versioned-echo -> Pods/6 of versioned-echo-v1-dbf6fb69f: 100 %",
    "Callers/in the cluster -> Service/versioned-echo",
  ]);
});

/** Two Deployments, with a pod each. */
const sides: GraphObjects = {
  pods: ["v1", "v2"].map((version) =>
    livePod(
      `versioned-echo-${version}-a`,
      { app: "versioned-echo", version },
      { kind: "ReplicaSet", name: `versioned-echo-${version}` },
    ),
  ),
  replicaSets: ["v1", "v2"].map((version) =>
    liveWorkload(`versioned-echo-${version}`, 1, 1, { kind: "Deployment", name: `versioned-echo-${version}` }),
  ),
  deployments: ["v1", "v2"].map((version) => liveWorkload(`versioned-echo-${version}`, 1)),
  services: [
    liveService("versioned-echo", { app: "versioned-echo" }),
    ...["v1", "v2"].map((version) => liveService(`versioned-echo-${version}`, { app: "versioned-echo", version })),
  ],
};

describe("the other strategies", () => {
  test("gateway-api: an HTTPRoute leads to a Service of each side", () => {
    const objects: GraphObjects = {
      ...sides,
      apiGateways: [renderApiGateway(application)],
      httpRoutes: [
        renderHttpRoute({ ...application, canaryWeight: toWeight(30) }),
      ] as unknown as GraphObjects["httpRoutes"],
    };
    expect(edges(objects)).toEqual(
      expect.arrayContaining([
        "Gateway/versioned-echo-gateway -> HTTPRoute/versioned-echo",
        "Callers/in the mesh -> HTTPRoute/versioned-echo",
        "HTTPRoute/versioned-echo -> Service/versioned-echo-v1: 70 %",
        "HTTPRoute/versioned-echo -> Service/versioned-echo-v2: x-canary=v2, 30 %",
        "Service/versioned-echo-v2 -> Pod/versioned-echo-v2-a",
      ]),
    );
    expect(linesOf(objects, "Gateway/versioned-echo-gateway")).toEqual(["versioned-echo.canary-lab.test"]);
    expect(faults({ ...objects, apiGateways: [] })).toEqual({ "Gateway/versioned-echo-gateway": "is not there" });
  });

  test("nginx-header: the Ingress of the canary has the header, the other one all others", () => {
    const ingresses = (["v1", "v2"] as const).map((version) => renderIngress(application, version));
    expect(edges({ ...sides, ingresses })).toEqual(
      expect.arrayContaining([
        "IngressClass/nginx -> Ingress/versioned-echo-v1",
        "Ingress/versioned-echo-v1 -> Service/versioned-echo-v1: all others",
        "Ingress/versioned-echo-v2 -> Service/versioned-echo-v2: X-Canary=v2",
      ]),
    );
  });

  test("replica-ratio and rolling-update: each ready pod of the Service has the same share", () => {
    const objects = { ...sides, services: sides.services?.slice(0, 1) };
    expect(edges(objects)).toEqual(
      expect.arrayContaining([
        "Callers/in the cluster -> Service/versioned-echo",
        "Service/versioned-echo -> Pod/versioned-echo-v1-a: 50 %",
        "Service/versioned-echo -> Pod/versioned-echo-v2-a: 50 %",
      ]),
    );
  });

  const revisions = (hashes: readonly string[]): GraphObjects => ({
    pods: hashes.map((hash) =>
      livePod(
        `versioned-echo-${hash}-a`,
        { app: "versioned-echo", "rollouts-pod-template-hash": hash },
        { kind: "ReplicaSet", name: `versioned-echo-${hash}` },
      ),
    ),
    replicaSets: hashes.map((hash) =>
      liveWorkload(`versioned-echo-${hash}`, 1, 1, { kind: "Rollout", name: "versioned-echo" }),
    ),
  });

  test("rollout-canary: the subsets are those of the controller's hashes, and the Rollout says where it is", () => {
    const [stable, canary] = ["589bd9d4f8", "9cf4fcbb9"];
    const labels = (hash: string) => ({ app: "versioned-echo", "rollouts-pod-template-hash": hash });
    const objects: GraphObjects = {
      ...revisions([stable, canary]),
      gateways: [{ metadata: { name: "versioned-echo-gateway" }, spec: {} }],
      virtualServices: [renderRestingRoute(application)],
      destinationRules: [
        {
          metadata: { name: "versioned-echo" },
          spec: {
            host: "versioned-echo",
            subsets: [
              { name: "v1", labels: labels(stable) },
              { name: "v2", labels: labels(canary) },
            ],
          },
        },
      ],
      services: [
        liveService("versioned-echo", { app: "versioned-echo" }),
        liveService("versioned-echo-stable", labels(stable)),
      ],
      rollouts: [recordedCanary.paused],
    };
    expect(edges(objects)).toEqual(
      expect.arrayContaining([
        `${route} -> Subset/v1 of versioned-echo: 100 %`,
        `${route} -> Subset/v2 of versioned-echo: 0 %`,
        "Subset/v2 of versioned-echo -> Pod/versioned-echo-9cf4fcbb9-a",
        "Service/versioned-echo-stable -> Pod/versioned-echo-589bd9d4f8-a",
        "ReplicaSet/versioned-echo-9cf4fcbb9 -> Rollout/versioned-echo",
      ]),
    );
    expect(faults(objects)).toEqual({});
    expect(linesOf(objects, "Rollout/versioned-echo")).toEqual([
      "Paused at step 5 of 9 (pause), 10 % on the new revision, 1 of 2 new pods ready",
    ]);
    expect(faults({ ...objects, rollouts: [recordedCanary.aborted] })).toMatchObject({
      "Rollout/versioned-echo": "RolloutAborted: Rollout aborted update to revision 2",
    });
  });

  test("rollout-blue-green: the route leads to the active Service, who asks for the canary to the preview", () => {
    const labels = (hash: string) => ({ app: "versioned-echo", "rollouts-pod-template-hash": hash });
    const objects: GraphObjects = {
      ...revisions(["78b898b764", "68dbd96d8c"]),
      virtualServices: [renderBlueGreenRoute(application)],
      services: [
        liveService("versioned-echo-active", labels("78b898b764")),
        liveService("versioned-echo-preview", labels("68dbd96d8c")),
      ],
      rollouts: [recordedBlueGreen.paused],
    };
    expect(edges(objects)).toEqual(
      expect.arrayContaining([
        `${route} -> Service/versioned-echo-active: 100 %`,
        `${route} -> Service/versioned-echo-preview: x-canary=v2`,
        "Service/versioned-echo-active -> Pod/versioned-echo-78b898b764-a",
        "Service/versioned-echo-preview -> Pod/versioned-echo-68dbd96d8c-a",
      ]),
    );
  });

  test("a migration: the Rollout leads to the Deployment whose pods it takes over", () => {
    const [rollout] = [recordedCanary.paused].map((one) => ({
      ...one,
      spec: { ...one.spec, workloadRef: { name: "versioned-echo" } },
    }));
    const objects = {
      ...revisions(["9cf4fcbb9"]),
      rollouts: rollout && [rollout],
      deployments: [liveWorkload("versioned-echo", 0)],
    };
    expect(edges(objects)).toContain("Rollout/versioned-echo -> Deployment/versioned-echo: workloadRef");
  });
});

test("copies, rules by something else than a header, hosts of other namespaces and full names", () => {
  const [whole] = wholeIstio.virtualServices ?? [];
  const to = (host: string, subset?: string) => ({ destination: { host, ...(subset !== undefined && { subset }) } });
  const virtualServices = whole && [
    {
      ...whole,
      spec: {
        http: [
          { name: "sticky", match: [{ headers: { cookie: {} } }], route: [to("versioned-echo", "v1")] },
          {
            match: [{}],
            route: [
              { ...to("other.team-b"), weight: 40 },
              { ...to("versioned-echo"), weight: 60 },
            ],
          },
          {
            route: [to("versioned-echo.canary-lab.svc.cluster.local", "v1")],
            mirror: { host: "versioned-echo", subset: "v2" },
            mirrorPercentage: { value: 20 },
          },
        ],
      },
    },
  ];
  expect(edges({ ...wholeIstio, virtualServices }).filter((edge) => edge.startsWith(route))).toEqual([
    `${route} -> Subset/v1 of versioned-echo: sticky, 100 %`,
    `${route} -> Host/other.team-b: some requests: 40 %`,
    `${route} -> Service/versioned-echo: some requests: 60 %`,
    `${route} -> Subset/v2 of versioned-echo: copies of 20 %`,
  ]);
  expect(edges({ ...wholeIstio, virtualServices })).toContain(`Callers/in the mesh -> ${route}`);
});
