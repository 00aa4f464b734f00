import { describe, expect, test } from "@jest/globals";
import { routesIn } from "../../../../canaryctl/src/graph/routes.ts";
import { edges, faults, route } from "./drawn.ts";
import { brokenIstio, livePod, liveService, wholeIstio } from "./live-objects.ts";

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
    const routes = routesIn({
      virtualServices: [
        {
          metadata: { name: "by-parts" },
          spec: { http: [{ route: [3, 1].map((weight) => ({ destination: { host: "echo" }, weight })) }] },
        },
      ],
    });
    expect(routes[0]?.to.map(({ label }) => label)).toEqual(["75 %", "25 %"]);
  });

  test("finds no fault in a Service without a selector, which leads out of the cluster", () => {
    const services = [...(wholeIstio.services ?? []), { metadata: { name: "page" }, spec: {} }];
    const leads = { metadata: { name: "page" }, spec: { http: [{ route: [{ destination: { host: "page" } }] }] } };
    const virtualServices = [...(wholeIstio.virtualServices ?? []), leads];
    expect(faults({ ...wholeIstio, services, virtualServices })).toEqual({});
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
