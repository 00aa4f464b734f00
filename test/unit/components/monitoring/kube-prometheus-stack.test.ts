import { describe, expect, test } from "@jest/globals";
import {
  grafanaSecret,
  prometheusAddress,
  renderKubePrometheusStack,
  renderPrometheusService,
} from "../../../../components/monitoring/render-kube-prometheus-stack.ts";
import { jobs, renderPlatformMonitors } from "../../../../components/monitoring/render-monitors.ts";
import { register } from "../mocks.ts";

const spec = { version: "77.14.0", source: { mirror: "/lab/charts" }, prometheusVersion: "v3.15.0" };

test("the release has the names that users know, and the pinned chart", () => {
  const { values, ...release } = renderKubePrometheusStack(spec);
  expect(release).toEqual({
    name: "kps",
    namespace: "monitoring",
    chart: "/lab/charts/kube-prometheus-stack-77.14.0",
    timeout: 300,
  });
  expect(values).toMatchSnapshot();
});

test("Prometheus answers under the address that analyses ask", () => {
  const { metadata, spec: service } = renderPrometheusService();
  const [port] = service.ports.map((each) => each.port);
  expect(prometheusAddress).toBe(`http://${metadata.name}.${metadata.namespace}.svc.cluster.local:${port}`);
  expect(service.selector).toEqual({ "operator.prometheus.io/name": "kps-kube-prometheus-stack-prometheus" });
});

describe("on a local cluster", () => {
  const { values } = renderKubePrometheusStack(spec);

  test("nothing is scraped that listens on loopback only", () => {
    const { kubeEtcd, kubeScheduler, kubeControllerManager, kubeProxy } = values;
    for (const part of [kubeEtcd, kubeScheduler, kubeControllerManager, kubeProxy]) expect(part.enabled).toBe(false);
  });

  test("the exporter of the node does not mount the root, which Docker Desktop does not share", () => {
    expect(values["prometheus-node-exporter"].hostRootFsMount.enabled).toBe(false);
  });

  test("monitors and rules count whoever made them", () => {
    const selectors = Object.entries(values.prometheus.prometheusSpec).filter(([key]) =>
      key.endsWith("SelectorNilUsesHelmValues"),
    );
    expect(selectors).toHaveLength(5);
    for (const [, value] of selectors) expect(value).toBe(false);
  });
});

test("proxies are scraped whatever their labels, istiod and the Rollouts controller by theirs", () => {
  const monitors = renderPlatformMonitors();
  expect(monitors).toMatchSnapshot();
  const named = monitors.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`);
  expect(named.toSorted()).toEqual(Object.values(jobs).toSorted());
});

describe("KubePrometheusStack", () => {
  const build = () =>
    register(async () => {
      const { KubePrometheusStack } = await import("../../../../components/monitoring/kube-prometheus-stack.ts");
      new KubePrometheusStack("monitoring", spec);
    });

  test("installs the release once the Secret is there, and monitors once Prometheus answers", async () => {
    const all = await build();
    expect(all.get("monitoring-release")).toMatchObject({
      type: "kubernetes:helm.sh/v3:Release",
      parent: "monitoring",
    });
    expect(all.get("monitoring-release")?.dependencies.toSorted()).toEqual([
      "monitoring-grafana-admin",
      "monitoring-namespace",
    ]);
    const monitors = [...all.values()].filter(({ inputs }) => inputs.kind === "PodMonitor");
    expect(monitors).toHaveLength(3);
    for (const { dependencies } of monitors) expect(dependencies).toEqual(["monitoring-prometheus"]);
    expect(all.get("monitoring-prometheus")?.dependencies).toEqual(["monitoring-release"]);
  });

  test("makes up Grafana's password, which stays a secret and differs between stacks", async () => {
    const dataOf = (all: Awaited<ReturnType<typeof build>>) => all.get("monitoring-grafana-admin")?.inputs.data;
    const [one, other] = [dataOf(await build()), dataOf(await build())];
    // How the engine is told that a value is a secret.
    expect(one).toMatchObject({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" });
    expect(Object.keys(one.value).toSorted()).toEqual([grafanaSecret.user, grafanaSecret.password].toSorted());
    const password = one.value[grafanaSecret.password];
    expect(Buffer.from(password, "base64").toString()).toMatch(/^[\w-]{32}$/);
    expect(other.value[grafanaSecret.password]).not.toBe(password);
  });

  test("gives no password to the chart", () => {
    expect(renderKubePrometheusStack(spec).values.grafana).not.toHaveProperty("adminPassword");
  });
});
