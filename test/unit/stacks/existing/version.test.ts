import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { satisfies } from "semver";
import { repositoryRoot } from "../../../../cluster/lab-folder.ts";
import { tagVersion, versionOf } from "../../../../stacks/existing/version.ts";
import {
  argoRolloutsVersion,
  gatewayApiVersion,
  istioVersion,
  prometheusVersion,
  supportedVersions,
} from "../../../../stacks/versions.ts";

test.each([
  ["docker.io/istio/pilot:1.29.1", "1.29.1"],
  ["registry:5000/istio/pilot:1.29.1-distroless", "1.29.1"],
  ["quay.io/argoproj/argo-rollouts:v1.9.1@sha256:0a1b", "1.9.1"],
  ["istio/pilot:1.28-alpha.0a1b", "1.28"],
  ["registry:5000/istio/pilot", undefined],
  ["istio/pilot:latest", undefined],
  ["istio/pilot@sha256:1.2", undefined],
  [undefined, undefined],
])("the tag of %j has version %j", (image, version) => {
  expect(tagVersion(image)).toBe(version);
});

test("where the image has a digest only, the chart's labels say the version", () => {
  const deployment = (labels: Record<string, string>) => ({
    metadata: { name: "istiod", namespace: "istio-system", labels },
    spec: { template: { spec: { containers: [{ name: "discovery", image: "istio/pilot@sha256:0a" }] } } },
  });
  expect(versionOf(deployment({ "app.kubernetes.io/version": "1.27.3", "helm.sh/chart": "istiod-1.0.0" }))).toBe(
    "1.27.3",
  );
  expect(versionOf(deployment({ "helm.sh/chart": "istiod-1.26.0" }))).toBe("1.26.0");
  expect(versionOf(deployment({}))).toBeUndefined();
});

test("what the lab installs itself is supported, and the docs say from which version on", () => {
  const own = {
    istio: istioVersion,
    prometheus: prometheusVersion,
    rollouts: argoRolloutsVersion,
    gatewayApi: gatewayApiVersion,
  };
  const page = readFileSync(join(repositoryRoot, "docs/how-to/own-cluster.md"), "utf8");
  const names = { istio: "Istio", prometheus: "Prometheus", rollouts: "Argo Rollouts", gatewayApi: "Gateway API" };
  for (const [part, range] of Object.entries(supportedVersions) as [keyof typeof own, string][]) {
    expect([part, satisfies(own[part].replace("v", ""), range)]).toEqual([part, true]);
    const [, from] = /^>=(\d+\.\d+)\.0 /.exec(range) ?? [];
    expect(page).toContain(`${names[part]} ${from} or newer`);
  }
});
