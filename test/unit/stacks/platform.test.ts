import { describe, expect, test } from "@jest/globals";
import type { Namespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { strategyNames } from "../../../canary/strategies.ts";
import { missingCharts } from "../../../stacks/charts.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { platformParts, rolloutsScope } from "../../../stacks/platform-parts.ts";
import { register } from "../components/mocks.ts";
import { sampleConfig, sampleFacts, sampleTarget } from "./sample-config.ts";

const withChange = (change: Partial<LabConfig>): LabConfig => ({ ...sampleConfig, ...change });

describe("platformParts", () => {
  test.each(strategyNames)("%s asks for what it needs, and no more", (strategy) => {
    const needed = {
      "gateway-api": ["gateway-api"],
      "rollout-canary": ["rollouts"],
      "rollout-blue-green": ["rollouts"],
    };
    expect(platformParts(withChange({ strategy }))).toEqual(
      strategy in needed ? needed[strategy as keyof typeof needed] : [],
    );
  });

  test("monitoring and the controller may be asked for beside any strategy", () => {
    expect(platformParts(withChange({ monitoring: true, rollouts: "cluster" }))).toEqual(["monitoring", "rollouts"]);
    expect(rolloutsScope(withChange({ strategy: "rollout-canary", rollouts: "namespace" }))).toBe("namespace");
    expect(rolloutsScope(withChange({}))).toBeUndefined();
  });
});

describe("missingCharts", () => {
  const everything = withChange({ monitoring: true, argoCd: true, strategy: "rollout-canary", chartMirror: "/charts" });

  test("names each chart that a mirror lacks, and where it comes from", () => {
    expect(missingCharts(everything, () => false)).toEqual([
      expect.stringMatching(
        /^monitoring true needs kube-prometheus-stack-[\d.]+, which is not in chartMirror \/charts; `npx canaryctl up` /,
      ),
      expect.stringMatching(/^strategy rollout-canary with rollouts auto needs argo-rollouts-[\d.]+, /),
      expect.stringMatching(
        /^argoCd true needs argo-cd-[\d.]+, .*allowed: false, or a mirror that holds it; the lab's own cluster cannot/,
      ),
    ]);
  });

  test("is nothing where the mirror has them, or where none is configured", () => {
    expect(missingCharts(everything, () => true)).toEqual([]);
    expect(missingCharts(withChange({ ...everything, chartMirror: undefined }), () => false)).toEqual([]);
  });
});

describe("createPlatform", () => {
  const platform = (change: Partial<LabConfig>) =>
    register(async () => {
      const k8s = await import("@pulumi/kubernetes");
      const { createPlatform } = await import("../../../stacks/platform.ts");
      const { rolloutsIn } = createPlatform(withChange(change), sampleTarget, sampleFacts(withChange(change)));
      const namespace: Namespace = new k8s.core.v1.Namespace("app-namespace", { metadata: { name: "canary-lab" } });
      rolloutsIn(namespace);
    });
  const releases = (all: Awaited<ReturnType<typeof platform>>) =>
    [...all.values()]
      .filter(({ type }) => type.endsWith(":Release"))
      .map(({ inputs }) => `${inputs.namespace}/${inputs.name}`);

  test("is the mesh alone where nothing else is needed", async () => {
    expect(releases(await platform({}))).toEqual([
      "istio-system/istio-base",
      "istio-system/istiod",
      "istio-ingress/istio-ingress",
    ]);
  });

  test("says on each of its namespaces whose it is", async () => {
    const all = await platform({ monitoring: true, argoCd: true, strategy: "rollout-canary" });
    const namespaces = [...all.values()].filter(
      ({ type, name }) => type.endsWith(":Namespace") && name !== "app-namespace",
    );
    expect(namespaces.map(({ inputs }) => inputs.metadata)).toEqual(
      ["istio-system", "istio-ingress", "argocd", "monitoring", "argo-rollouts"].map((name) => ({
        name,
        annotations: { "canary-lab/owner": "organization/canary-lab/test" },
      })),
    );
  });

  test.each(["dev", "acme/canary-lab/dev"])(
    "makes nothing where platform is %s, whatever the config needs",
    async (whose) => {
      const all = await platform({ platform: whose, monitoring: true, strategy: "rollout-canary" });
      expect([...all.keys()].filter((name) => name !== "app-namespace")).toEqual(["cluster"]);
    },
  );

  test("has a controller for the cluster after Istio's definitions, and beside the control plane", async () => {
    const all = await platform({ strategy: "rollout-canary" });
    expect(releases(all)).toContain("argo-rollouts/argo-rollouts");
    expect(all.get("rollouts")?.dependencies).toEqual(["istio-base"]);
  });

  test("has a controller for one namespace in it, after the definitions", async () => {
    const all = await platform({ rollouts: "namespace" });
    expect(releases(all)).toEqual(
      expect.arrayContaining(["argo-rollouts/argo-rollouts-definitions", "canary-lab/argo-rollouts"]),
    );
    expect(all.get("rollouts-controller")?.dependencies).toEqual(
      expect.arrayContaining(["app-namespace", "rollouts-release"]),
    );
  });

  test("has monitoring, Argo CD and the Gateway API on request, each in the cluster that was named", async () => {
    const all = await platform({ monitoring: true, argoCd: true, strategy: "gateway-api" });
    expect(releases(all)).toEqual(expect.arrayContaining(["monitoring/kps", "argocd/argocd"]));
    expect(all.get("gateway-api-definitions")?.inputs.file).toContain("standard-install.yaml");
    for (const { type, name, provider } of all.values()) {
      if (type.startsWith("kubernetes:") && name !== "app-namespace")
        expect([name, provider]).toEqual([name, "cluster"]);
    }
  });
});
