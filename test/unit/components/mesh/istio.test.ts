import { describe, expect, test } from "@jest/globals";
import { callerStats } from "../../../../components/mesh/caller-stats.ts";
import {
  type IstioSpec,
  renderBase,
  renderCni,
  renderIngress,
  renderIstiod,
} from "../../../../components/mesh/render-istio.ts";
import { ingressLabels } from "../../../../components/names.ts";
import { register } from "../mocks.ts";

const spec: IstioSpec = {
  version: "1.29.1",
  hub: "docker.io/istio",
  charts: { mirror: "/lab/charts" },
  replicas: 2,
  gatewayNodePort: 30080,
};

describe("charts", () => {
  test("come from the mirror's folders", () => {
    const releases = [renderBase(spec), renderIstiod(spec), renderIngress(spec)];
    expect(releases.map(({ chart }) => chart)).toEqual([
      "/lab/charts/base-1.29.1",
      "/lab/charts/istiod-1.29.1",
      "/lab/charts/gateway-1.29.1",
    ]);
    for (const release of releases) expect(release).not.toHaveProperty("repositoryOpts");
  });

  test("come from the repository, in the pinned version, where there is no mirror", () => {
    expect(renderIstiod({ ...spec, charts: { repository: "https://charts.example" } })).toMatchObject({
      chart: "istiod",
      version: "1.29.1",
      repositoryOpts: { repo: "https://charts.example" },
    });
  });
});

test("istiod holds a change back for half a second at most, however many others come after it", () => {
  expect(renderIstiod(spec).values.env).toEqual({ PILOT_DEBOUNCE_AFTER: "20ms", PILOT_DEBOUNCE_MAX: "500ms" });
});

test("istiod has the wanted number of replicas, and sidecars ask for little", () => {
  expect(renderIstiod(spec).values).toMatchObject({
    autoscaleEnabled: false,
    replicaCount: 2,
    global: {
      hub: "docker.io/istio",
      tag: "1.29.1",
      proxy: { resources: { requests: { cpu: "10m", memory: "64Mi" } } },
    },
  });
});

describe("with Istio's CNI agent", () => {
  test("sidecars come without a container that sets up the network, by a control plane that begins anew", () => {
    const { values } = renderIstiod({ ...spec, cni: true });
    expect(values).toMatchObject({
      cni: { enabled: true },
      podAnnotations: { "canary-lab/cni": "true" },
      global: { proxy: { seccompProfile: { type: "RuntimeDefault" } } },
      gateways: { seccompProfile: { type: "RuntimeDefault" } },
    });
    const { values: without } = renderIstiod(spec);
    expect([without.cni, without.podAnnotations, without.global.proxy.seccompProfile]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("the agent is of the same release", () => {
    expect(renderCni(spec)).toMatchObject({
      name: "istio-cni",
      chart: "/lab/charts/cni-1.29.1",
      values: { global: { hub: "docker.io/istio", tag: "1.29.1" } },
    });
  });

  test("the agent is there before the control plane that counts on it", async () => {
    const all = await register(async () => {
      const { Istio } = await import("../../../../components/mesh/istio.ts");
      new Istio("istio", { ...spec, cni: true });
    });
    expect(all.get("istio-cni-agent")).toMatchObject({ parent: "istio-cni" });
    expect(all.get("istio-istiod")?.dependencies.toSorted()).toEqual(["istio-base", "istio-cni-agent"]);
  });
});

test("the gateway answers at a port of the nodes, under the label that routes select it by", () => {
  const { name, values } = renderIngress(spec);
  expect(values.service).toEqual({
    type: "NodePort",
    ports: [
      { name: "status-port", port: 15021, targetPort: 15021, protocol: "TCP" },
      { name: "http2", port: 80, targetPort: 80, protocol: "TCP", nodePort: 30080 },
    ],
  });
  expect(ingressLabels).toEqual({ istio: name.replace(/^istio-/, "") });
});

test("whoever is in the mesh counts what it sends, without an annotation of its own", () => {
  expect(renderIstiod(spec).values.meshConfig.defaultConfig).toMatchObject(callerStats);
});

test("Istio installs definitions, then the control plane, then the gateway, each in a namespace", async () => {
  const all = await register(async () => {
    const { Istio } = await import("../../../../components/mesh/istio.ts");
    new Istio("istio", spec);
  });
  expect(all.get("istio-base")).toMatchObject({ type: "kubernetes:helm.sh/v3:Release", parent: "istio" });
  expect(all.get("istio-base")?.dependencies).toEqual(["istio-system-namespace"]);
  expect(all.get("istio-istiod")?.dependencies).toEqual(["istio-base"]);
  expect(all.get("istio-gateway")?.dependencies.toSorted()).toEqual(["istio-ingress-namespace", "istio-istiod"]);
  for (const release of ["istio-base", "istio-istiod", "istio-gateway"]) {
    expect(all.get(release)?.inputs.namespace).toMatch(/^istio-(system|ingress)$/);
  }
});
