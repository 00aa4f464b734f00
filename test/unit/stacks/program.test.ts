import { describe, expect, test } from "@jest/globals";
import { toWeight } from "../../../canary/weight.ts";
import { appliedValues } from "../../../stacks/config/applied-config.ts";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { register } from "../components/mocks.ts";
import { sampleConfig, sampleFacts, sampleTarget } from "./sample-config.ts";

const built = { outputs: { "docker:index/image:Image": { repoDigest: "198.18.0.1:5001/versioned-echo@sha256:abc" } } };
const program = (
  change: Partial<LabConfig> = {},
  options: Parameters<typeof register>[1] = built,
  facts = sampleFacts({ ...sampleConfig, ...change }),
) =>
  register(async () => {
    const { createPlatform } = await import("../../../stacks/platform.ts");
    const { createApplication } = await import("../../../stacks/application.ts");
    const config = { ...sampleConfig, ...change };
    const platform = createPlatform(config, sampleTarget, facts);
    createApplication(config, platform, {}, appliedValues({ ...config }));
  }, options);

describe("the program", () => {
  test("names the cluster for every Kubernetes object", async () => {
    const all = await program();
    expect(all.get("cluster")?.inputs).toMatchObject({ context: "canary-lab", kubeconfig: "/lab/kubeconfig" });
    for (const { type, name, provider } of all.values()) {
      if (type.startsWith("kubernetes:")) expect([name, provider]).toEqual([name, "cluster"]);
    }
  });

  test("has pods only where sidecars are to be had, and routes only to pods", async () => {
    const all = await program();
    // A component is registered when all that it depends on is there, and its children after it: what holds for it holds for them.
    const dependencies = (name: string): readonly string[] => {
      const resource = all.get(name);
      return resource ? [...resource.dependencies, ...dependencies(resource.parent)] : [];
    };
    expect(dependencies("echo-namespace")).toEqual(["istio-istiod"]);
    for (const pods of ["stable-deployment", "canary-deployment", "client-deployment"]) {
      expect(dependencies(pods)).toContain("echo-namespace");
    }
    expect(dependencies("route-virtual-service")).toEqual(
      expect.arrayContaining(["stable-deployment", "canary-deployment", "route-destination-rule"]),
    );
    // Pods leave the route before they leave the Service; before they enter it, a hook of the route takes them into the Service.
    expect(dependencies("echo-service")).toContain("route-virtual-service");
    // Images need nothing of the cluster: they are built while Istio starts.
    expect(dependencies("stable-image-build")).toEqual([]);
  });

  test("notes on the namespace whose it is, and what was applied but for the weight and the place", async () => {
    const notes = async (change: Partial<LabConfig>): Promise<Record<string, string>> =>
      (await program(change)).get("echo-namespace")?.inputs.metadata.annotations;
    const here = await notes({ kubeContext: "here", chartMirror: "/charts", imageRegistry: "here:5000" });
    expect(here["canary-lab/stack"]).toBe("organization/canary-lab/test");
    const { canaryWeight: _, kubeContext: __, imageRegistry: ___, ...applied } = sampleConfig;
    expect(JSON.parse(here["canary-lab/config"] ?? "")).toEqual(appliedValues(applied));
    expect((await notes({ canaryWeight: toWeight(30) }))["canary-lab/config-hash"]).toBe(
      here["canary-lab/config-hash"],
    );
    expect((await notes({ replicas: 7 }))["canary-lab/config-hash"]).not.toBe(here["canary-lab/config-hash"]);
  });

  test("pushes what it builds to the registry of its delivery, and has the nodes pull it by their own name", async () => {
    const repoDigest = "localhost:5000/versioned-echo@sha256:abc";
    const all = await register(
      async () => {
        const { createPlatform } = await import("../../../stacks/platform.ts");
        const { createApplication } = await import("../../../stacks/application.ts");
        const platform = createPlatform(sampleConfig, sampleTarget, sampleFacts());
        const delivery = { push: "localhost:5000", pull: "k3d-r:5000", reason: "announced", platform: "linux/arm64" };
        createApplication(sampleConfig, platform, {}, {}, { delivery });
      },
      { outputs: { "docker:index/image:Image": { repoDigest } } },
    );
    const images = ["stable", "canary", "client"].map((role) => all.get(`${role}-image-build`)?.inputs);
    expect(images.map(({ imageName, build }) => [imageName, build.platform])).toEqual([
      ["localhost:5000/versioned-echo:v1", "linux/arm64"],
      ["localhost:5000/versioned-echo:v2", "linux/arm64"],
      ["localhost:5000/load-client:v1", "linux/arm64"],
    ]);
    const pulled = all.get("stable-deployment")?.inputs.spec.template.spec.containers[0].image;
    expect(pulled).toBe("k3d-r:5000/versioned-echo@sha256:abc");
  });

  test("on another stack's platform makes only what is in its namespace, and notes whose platform it is", async () => {
    const monitoring = {
      namespace: "observability",
      service: "prom",
      port: 80,
      picks: { monitors: { release: "kps" }, rules: { team: "a" }, namespaces: { watched: "yes" } },
      scrapesProxies: false,
    };
    const change = { monitoring: true, strategy: "rollout-canary", platform: "dev", canaryEnabled: false } as const;
    const all = await program(change, built, {
      ...sampleFacts(),
      owner: "organization/canary-lab/dev",
      mesh: {
        version: "1.29.1",
        sidecarLabels: { "istio.io/rev": "canary" },
        controlPlane: { namespace: "istio-system", name: "istiod-canary" },
      },
      ingress: { namespace: "gateways", labels: { istio: "public" }, nodePort: null },
      monitoring,
    });
    const objects = [...all.values()].filter(({ type }) => /^kubernetes:(?!helm)[a-z0-9./]+\/v\w+:/.test(type));
    const outside = objects.filter(({ inputs }) => inputs.metadata.namespace !== "canary-lab").map(({ name }) => name);
    expect(outside).toEqual(["echo-namespace"]);
    expect([...all.values()].filter(({ type }) => type.endsWith(":Release"))).toEqual([]);
    const { labels, annotations } = all.get("echo-namespace")?.inputs.metadata ?? {};
    expect(labels).toEqual({ "istio.io/rev": "canary", watched: "yes" });
    expect(all.get("slo-monitor")?.inputs.metadata.labels).toEqual({ release: "kps" });
    expect(all.get("slo-callers-monitor")?.inputs).toMatchObject({
      metadata: { namespace: "canary-lab", labels: { release: "kps" } },
      spec: { selector: {}, podMetricsEndpoints: [{ port: "http-envoy-prom" }] },
    });
    expect(all.get("slo-rules")?.inputs.metadata.labels).toEqual({ app: "versioned-echo", team: "a" });
    expect(JSON.parse(annotations["canary-lab/platform"])).toMatchObject({
      owner: "organization/canary-lab/dev",
      monitoring,
    });
    expect(all.get("route-gateway")?.inputs.spec.selector).toEqual({ istio: "public" });
    expect(JSON.stringify(all.get("slo-caller-analysis")?.inputs)).toContain(
      "http://prom.observability.svc.cluster.local:80",
    );
  });

  test("changes exactly one resource for a new weight", async () => {
    const [before, after] = [
      await program({ canaryWeight: toWeight(10) }),
      await program({ canaryWeight: toWeight(30) }),
    ];
    const changed = [...before].filter(([name, { inputs }]) => {
      return JSON.stringify(inputs) !== JSON.stringify(after.get(name)?.inputs);
    });
    expect([...after.keys()].sort()).toEqual([...before.keys()].sort());
    expect(changed.map(([name]) => name)).toEqual(["route-virtual-service"]);
  });

  test("leaves out the canary's image and pods, and nothing else, where it does not run", async () => {
    const [whole, without] = [await program(), await program({ canaryEnabled: false, canaryWeight: toWeight(0) })];
    const missing = [...whole.keys()].filter((name) => !without.has(name));
    expect(missing.sort()).toEqual([
      "canary",
      "canary-deployment",
      "canary-disruption-budget",
      "canary-image",
      "canary-image-build",
    ]);
    expect(without.get("route-destination-rule")?.inputs).toEqual(whole.get("route-destination-rule")?.inputs);
  });

  test("leaves the number of pods to an autoscaler for each workload, where the config says so", async () => {
    const autoscaling = { minReplicas: 3, maxReplicas: 9, targetCpuUtilization: 50 };
    const all = await program({ autoscaling });
    for (const [pods, side] of [
      ["stable-deployment", "v1"],
      ["canary-deployment", "v2"],
    ] as const) {
      expect(all.get(pods)?.inputs.spec.replicas).toBe(3);
      expect(all.get(`versioned-echo-${side}-autoscaler`)?.inputs.spec).toMatchObject({
        scaleTargetRef: { kind: "Deployment", name: `versioned-echo-${side}` },
        minReplicas: 3,
        maxReplicas: 9,
      });
    }
    expect(all.get("client-deployment")?.inputs.spec.replicas).toBe(1);
    expect([...all.keys()].filter((name) => name.endsWith("-autoscaler"))).toHaveLength(2);
  });

  test("shows all of a Deployment but its image while the image is yet to be built", async () => {
    const [before, preview] = [await program(), await program({}, { preview: true })];
    const container = (all: typeof before) => all.get("canary-deployment")?.inputs.spec.template.spec.containers[0];
    const { image, ...rest } = container(before);
    expect(image).toContain("@sha256:abc");
    expect(container(preview)).toMatchObject(rest);
    expect(container(preview).image).not.toBe(image);
  });
});
