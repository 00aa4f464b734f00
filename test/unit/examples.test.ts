import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { runtime } from "@pulumi/pulumi";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { istioVersion, kubePrometheusStackVersion, prometheusVersion } from "../../stacks/versions.ts";
import { register } from "./components/mocks.ts";

const images = { stableImage: "shop:1", canaryImage: "shop:2", image: "shop:3", clientImage: "load-client:1" };
const config = Object.entries({ ...images, host: "shop.example.com" });
const pod = { containers: [{ name: "shop", image: "shop:1" }] };
const live = {
  metadata: { name: "shop", namespace: "shops" },
  spec: { selector: { matchLabels: { app: "shop", track: "stable" } }, template: { spec: pod } },
};

async function run(example: string) {
  runtime.setAllConfig(Object.fromEntries(config.map(([key, value]) => [`canary-lab:${key}`, value])));
  return await register(() => import(join(repositoryRoot, "examples", example)), { outputs: { live } });
}

test("each example is a program that fits on a screen, and a test runs it", () => {
  const files = readdirSync(join(repositoryRoot, "examples"));
  expect(files.sort()).toEqual(["everything.ts", "rollout-with-analysis.ts", "weighted-route.ts"]);
  const lines = files.map((file) => readFileSync(join(repositoryRoot, "examples", file), "utf8").split("\n").length);
  expect(Math.max(...lines)).toBeLessThan(42);
});

test("a weighted route leads to a canary beside an existing Deployment", async () => {
  const all = await run("weighted-route.ts");
  const { template } = all.get("canary")?.inputs.spec ?? {};
  expect(template.spec.containers).toEqual([{ name: "shop", image: "shop:2" }]);
  expect(all.get("route-virtual-service")?.inputs).toMatchObject({
    metadata: { name: "shop-virtualservice", namespace: "shops" },
    spec: { hosts: ["shop", "shop.example.com"] },
  });
  expect(all.get("route-virtual-service")?.inputs.spec.http.at(-1).route).toEqual([
    { destination: { host: "shop", subset: "v1" }, weight: 90 },
    { destination: { host: "shop", subset: "v2" }, weight: 10 },
  ]);
  expect(all.get("sides-destination-rule")?.inputs.spec.subsets).toEqual([
    { name: "v1", labels: { app: "shop", track: "stable" } },
    { name: "v2", labels: { app: "shop", track: "canary" } },
  ]);
});

test("a Rollout climbs by steps, and analyses each by what the canary's callers see", async () => {
  const all = await run("rollout-with-analysis.ts");
  const { spec } = all.get("release-rollout")?.inputs ?? {};
  const [container] = spec.template.spec.containers;
  expect(container).toMatchObject({ image: "shop:3", ports: [{ name: "http", containerPort: 9898 }] });
  const analysed = spec.strategy.canary.steps.filter((step: object) => "analysis" in step);
  expect(analysed).toHaveLength(3);
  const { templates } = analysed[0].analysis;
  expect(all.get("slo-caller-analysis")?.inputs.metadata.name).toBe(templates[0].templateName);
});

test("everything comes up in order, in the versions that the lab itself runs", async () => {
  const all = await run("everything.ts");
  expect(all.get("istio-istiod")?.inputs).toMatchObject({ version: istioVersion });
  expect(all.get("monitoring-release")?.inputs).toMatchObject({
    version: kubePrometheusStackVersion,
    values: { prometheus: { prometheusSpec: { image: { tag: prometheusVersion } } } },
  });
  expect(all.get("shops")?.dependencies).toContain("istio-istiod");
  expect(all.get("route-virtual-service")?.inputs.spec.http.at(-1).route[1].weight).toBe(10);
  expect(
    [...all.values()]
      .filter(({ type }) => type === "kubernetes:apps/v1:Deployment")
      .map(({ name }) => name)
      .sort(),
  ).toEqual(["client-deployment", "v1-deployment", "v2-deployment"]);
});
