import { readFileSync } from "node:fs";
import { pinned } from "@canary-lab/embedded-cluster/toolchain/recipes/versions";
import { engineVersion, pluginVersions } from "@canary-lab/pulumi-plugins/versions";
import { describe, expect, test } from "@jest/globals";
import { satisfies } from "semver";
import { parse } from "yaml";
import { clientContainer } from "../../components/traffic/render-load-client.ts";
import {
  argoRolloutsChartVersion,
  argoRolloutsVersion,
  gatewayApiVersion,
  istioVersion,
  kubePrometheusStackVersion,
  prometheusVersion,
} from "../../stacks/versions.ts";

// Each part says for itself what it goes with, for it may not import the others. Here they are held to say the same.
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const { dependencies } = JSON.parse(read("package.json"));

describe("what is written in several places is the same", () => {
  test.each(Object.entries(pluginVersions))("the %s plugin is the SDK's", (name, version) => {
    expect(version).toBe(dependencies[`@pulumi/${name}`]);
  });

  test("the engine that is built is the one that is asked for, and is not older than the SDK", () => {
    const sdk: string = dependencies["@pulumi/pulumi"];
    expect(satisfies(engineVersion, `^${sdk}`)).toBe(true);
    expect(read("packages/pulumi-plugins/modules/pulumi/go.mod")).toMatch(
      new RegExp(`pulumi/pkg/v3 v${engineVersion}( // indirect)?\n`),
    );
  });

  // What both are built from is compiled once where the versions agree.
  test.each([
    "google.golang.org/grpc",
    "google.golang.org/protobuf",
    "golang.org/x/net",
    "golang.org/x/crypto",
    "golang.org/x/text",
    "go.opentelemetry.io/otel",
  ])("the cluster's modules and the engine's: %s", (module) => {
    const versionIn = (path: string) => new RegExp(`\\t${module} (v\\S+)`).exec(read(`packages/${path}/go.mod`))?.[1];
    const ofCluster = versionIn("embedded-cluster/modules/cluster");
    expect(ofCluster).toMatch(/^v\d/);
    expect(versionIn("pulumi-plugins/modules/pulumi")).toBe(ofCluster);
  });

  test("Istio's charts and the images made for them", () => expect(istioVersion).toBe(pinned.istio));

  test("what the platform's charts start, and the images made for them", () => {
    const asked = { rollouts: argoRolloutsVersion, prometheus: prometheusVersion, gatewayApi: `v${gatewayApiVersion}` };
    const made = Object.keys(asked).map((name) => [name, `v${pinned[name as keyof typeof asked]}`]);
    expect(asked).toEqual(Object.fromEntries(made));
  });

  test.each([
    ["argo-rollouts", argoRolloutsChartVersion, pinned.rollouts],
    ["kube-prometheus-stack", kubePrometheusStackVersion, pinned.prometheusOperator],
  ])(
    "the stand-in for the chart %s: the version that is asked for, and the program that it starts",
    (name, chart, app) => {
      const { version, appVersion } = parse(read(`packages/embedded-cluster/own-charts/${name}/Chart.yaml`));
      expect({ version, appVersion }).toEqual({ version: chart, appVersion: `v${app}` });
    },
  );

  test("the Prometheus that its stand-in starts by default", () => {
    const { prometheus } = parse(read("packages/embedded-cluster/own-charts/kube-prometheus-stack/values.yaml"));
    expect(prometheus.prometheusSpec.image.tag).toBe(`v${pinned.prometheus}`);
  });

  test("the client's container, which canaryctl sends from", () => {
    expect(read("canaryctl/src/traffic/measure.ts")).toContain(`exec("${clientContainer}", [`);
  });
});
