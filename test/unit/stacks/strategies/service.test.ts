import { describe, expect, test } from "@jest/globals";
import { strategyNames } from "../../../../canary/strategies.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { type Registered, register } from "../../components/mocks.ts";
import { defaults, sampleFacts, sampleTarget, worldVariables } from "../sample-config.ts";

async function resourcesOf(change: Readonly<Record<string, unknown>>): Promise<readonly Registered[]> {
  const config = parseConfig({ ...defaults, ...change }, worldVariables);
  const all = await register(async () => {
    const { createPlatform } = await import("../../../../stacks/platform.ts");
    const { createApplication } = await import("../../../../stacks/application.ts");
    createApplication(config, createPlatform(config, sampleTarget, sampleFacts(config)));
  });
  return [...all.values()];
}

const images = { stableImage: "ghcr.io/stefanprodan/podinfo:6.9.1", canaryImage: "ghcr.io/stefanprodan/podinfo:6.9.2" };
const objectsOf = async (change: Readonly<Record<string, unknown>>): Promise<readonly Registered[]> =>
  (await resourcesOf(change)).filter(({ inputs }) => inputs.metadata?.namespace === "canary-lab");

test("nothing is built but the load client where the images are the user's", async () => {
  const built = (await resourcesOf(images)).filter(({ type }) => type === "docker:index/image:Image");
  expect(built.map(({ name }) => name)).toEqual(["client-image-build"]);
});

const service = {
  port: 9898,
  healthPath: "/healthz",
  probes: { readiness: { path: "/readyz", timeoutSeconds: 3 }, startup: { failureThreshold: 30 } },
  command: ["./podinfo"],
  args: ["--port=9898"],
  environment: { length: "1", TOKEN: { secret: "api", key: "token" } },
  resources: { requests: { cpu: "50m" }, limits: { cpu: 1 } },
  user: 100,
  readOnlyRootFilesystem: false,
};

test.each(strategyNames)(
  "with strategy %s the pods run as the service says, and each Service leads to its port",
  async (strategy) => {
    const all = await objectsOf({ strategy, service, ...images });
    const pods = all.filter(({ inputs, name }) => inputs.spec?.template && name !== "client-deployment");
    expect(pods.length).toBeGreaterThan(0);
    for (const { inputs } of pods) {
      const [container] = inputs.spec.template.spec.containers;
      const probe = (path: string, rest: object) => ({ httpGet: { path, port: 9898 }, ...rest });
      expect(container).toMatchObject({
        image: expect.stringMatching(/podinfo:6\.9\.[12]$/),
        command: ["./podinfo"],
        args: ["--port=9898"],
        env: [
          { name: "length", value: "1" },
          { name: "TOKEN", valueFrom: { secretKeyRef: { name: "api", key: "token" } } },
        ],
        ports: [{ name: "http", containerPort: 9898 }],
        startupProbe: probe("/healthz", { periodSeconds: 1, failureThreshold: 30 }),
        readinessProbe: probe("/readyz", { periodSeconds: 2, failureThreshold: 2, timeoutSeconds: 3 }),
        livenessProbe: probe("/healthz", { periodSeconds: 10, failureThreshold: 3 }),
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { cpu: "1", memory: "256Mi" } },
        securityContext: { runAsNonRoot: true, runAsUser: 100, runAsGroup: 100, readOnlyRootFilesystem: false },
      });
    }
    const services = all.filter(({ type }) => type === "kubernetes:core/v1:Service");
    expect(services.map(({ inputs }) => inputs.spec.ports)).toEqual(
      services.map(() => [{ name: "http", port: 80, targetPort: "http", protocol: "TCP" }]),
    );
  },
);

describe("what is measured of it", () => {
  const monitored = { monitoring: true, strategy: "rollout-canary" };
  const sloOf = async (change: object) =>
    (await objectsOf({ ...monitored, ...images, ...change })).filter(({ name }) => name.startsWith("slo-"));
  const find = (all: readonly Registered[], name: string) => all.find((one) => one.name === name)?.inputs;

  test("is what its callers count, where nothing is said of metrics", async () => {
    const all = await sloOf({ service });
    expect(all.map(({ name }) => name).sort()).toEqual(["slo-caller-analysis", "slo-dashboard", "slo-rules"]);
    expect(find(all, "slo-rules").spec.groups.map(({ name }: { readonly name: string }) => name)).toEqual([
      "versioned-echo-slo-caller",
    ]);
    expect(JSON.stringify(find(all, "slo-dashboard"))).not.toContain("http_requests_total");
  });

  test("is what it counts itself as well, by its own names, and by the version of the pod's image", async () => {
    const metrics = {
      port: 9797,
      path: "/stats",
      requests: "http_requests",
      statusLabel: "status",
      routeLabel: "path",
    };
    const all = await sloOf({
      service: { ...service, metrics: { ...metrics, duration: "http_ms", unit: "milliseconds" } },
    });
    const version = "__meta_kubernetes_pod_label_version";
    expect(find(all, "slo-monitor").spec.podMetricsEndpoints).toEqual([
      {
        port: "metrics",
        path: "/stats",
        interval: "5s",
        relabelings: [
          { sourceLabels: ["__meta_kubernetes_pod_label_role"], targetLabel: "role" },
          { sourceLabels: [version], targetLabel: "version" },
          {
            sourceLabels: ["__meta_kubernetes_pod_label_app_kubernetes_io_version"],
            regex: "(.+)",
            targetLabel: "version",
          },
        ],
      },
    ]);
    const [{ rules }] = find(all, "slo-rules").spec.groups;
    const expressions: readonly string[] = rules.map(({ expr }: { readonly expr: string }) => expr);
    expect(expressions[0]).toBe(
      'sum by (version) (rate(http_requests{namespace="canary-lab",job="versioned-echo",path!~"/healthz|/readyz|/stats"}[1m]))',
    );
    expect(expressions[2]).toMatch(/rate\(http_ms_bucket\{.*\* 1 >= 0$/);
    expect(expressions[3]).toContain('status=~"5.."');
    const pods = (await objectsOf({ ...images, service: { ...service, metrics } })).find(
      ({ name }) => name === "stable-deployment",
    );
    expect(pods?.inputs.spec.template.spec.containers[0].ports).toEqual([
      { name: "http", containerPort: 9898 },
      { name: "metrics", containerPort: 9797 },
    ]);
  });

  test("stays what versioned-echo counts where its image runs", async () => {
    const own = { stableImage: "versioned-echo:v1", canaryImage: "versioned-echo:v2" };
    const [faulty, without] = [
      await sloOf({ ...own, service: { environment: { ERROR_RATE: "0.5" } } }),
      await sloOf(own),
    ];
    expect(faulty.map(({ inputs }) => inputs)).toEqual(without.map(({ inputs }) => inputs));
  });
});
