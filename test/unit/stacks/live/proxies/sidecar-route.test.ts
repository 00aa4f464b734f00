import { expect, test } from "@jest/globals";
import { sidecarSplit } from "../../../../../stacks/live/proxies/sidecar-route.ts";

const of = { app: "versioned-echo", namespace: "canary-lab" };
const host = "versioned-echo.canary-lab.svc.cluster.local";

const dump = (route: object, name = `${host}:80`): string =>
  JSON.stringify({
    configs: [
      { route_config: { name: "15014" } },
      {
        route_config: {
          name: "80",
          virtual_hosts: [{ name: "other.canary-lab.svc.cluster.local:80" }, { name, routes: [{ route }] }],
        },
      },
    ],
  });

test("reads the weights that the proxy uses", () => {
  const clusters = [
    { name: `outbound|80|v1|${host}`, weight: 90 },
    { name: `outbound|80|v2|${host}`, weight: 10 },
  ];
  expect(sidecarSplit(dump({ weighted_clusters: { clusters } }), of)).toEqual({ stable: 90, canary: 10 });
});

test("a side that stands alone has everything", () => {
  expect(sidecarSplit(dump({ cluster: `outbound|80|v2|${host}` }), of)).toEqual({ stable: 0, canary: 100 });
});

test("the sides of another strategy are no split for who asks for those of one", () => {
  const subset = dump({ cluster: `outbound|80|v1|${host}` });
  const service = dump({ cluster: "outbound|80||versioned-echo-v1.canary-lab.svc.cluster.local" });
  const whole = { stable: 100, canary: 0 };
  const split = (routes: string, sides?: "subsets" | "services") => sidecarSplit(routes, of, undefined, sides);
  expect([split(subset), split(subset, "subsets"), split(subset, "services")]).toEqual([whole, whole, undefined]);
  expect([split(service), split(service, "services"), split(service, "subsets")]).toEqual([whole, whole, undefined]);
});

test("there is no split before the route is known: without the host, and with the Service alone", () => {
  expect(
    sidecarSplit(dump({ cluster: `outbound|80|v1|${host}` }, "versioned-echo.other.svc.cluster.local:80"), of),
  ).toBeUndefined();
  expect(sidecarSplit(dump({ cluster: `outbound|80||${host}` }), of)).toBeUndefined();
  expect(sidecarSplit("{}", of)).toBeUndefined();
});
