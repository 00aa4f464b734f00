import { expect, test } from "@jest/globals";
import { renderIngress } from "../../../../components/nginx-header/render-ingress.ts";
import { register } from "../mocks.ts";

const spec = { app: "versioned-echo", namespace: "canary-lab" };
const isNginx = (name: string) => name.startsWith("nginx.ingress.kubernetes.io/");

test("both Ingresses have one host and path, and the canary's the header", () => {
  const [stable, canary] = [renderIngress(spec, "v1"), renderIngress(spec, "v2")];
  const [rule] = canary.spec.rules;
  expect(stable.spec.rules[0]).toMatchObject({
    host: rule?.host,
    http: { paths: [{ path: "/", pathType: "Prefix" }] },
  });
  expect(rule?.http.paths[0]?.backend.service).toEqual({ name: "versioned-echo-v2", port: { number: 80 } });
  expect(Object.entries(canary.metadata.annotations).filter(([name]) => isNginx(name))).toEqual([
    ["nginx.ingress.kubernetes.io/canary", "true"],
    ["nginx.ingress.kubernetes.io/canary-by-header", "X-Canary"],
    ["nginx.ingress.kubernetes.io/canary-by-header-value", "v2"],
  ]);
  expect(Object.keys(stable.metadata.annotations).filter(isNginx)).toEqual([]);
});

test("nobody waits for an address that a local cluster never gives", () => {
  for (const version of ["v1", "v2"] as const) {
    expect(renderIngress(spec, version).metadata.annotations).toMatchObject({ "pulumi.com/skipAwait": "true" });
  }
});

test.each([
  [true, ["ingress", "ingress-stable", "ingress-canary"]],
  [false, ["ingress", "ingress-stable"]],
])("with canaryEnabled %j there are %j", async (canaryEnabled, names) => {
  const all = await register(async () => {
    const { HeaderIngress } = await import("../../../../components/nginx-header/header-ingress.ts");
    new HeaderIngress("ingress", { ...spec, canaryEnabled });
  });
  expect([...all.keys()]).toEqual(names);
});
