import { expect, test } from "@jest/globals";
import { strategyNames } from "../../../../canary/strategies.ts";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { type Registered, register } from "../../components/mocks.ts";
import { defaults, sampleFacts, sampleTarget, worldVariables } from "../sample-config.ts";

async function objectsOf(change: Readonly<Record<string, unknown>>): Promise<readonly Registered[]> {
  const config = parseConfig({ ...defaults, ...change }, worldVariables);
  const all = await register(async () => {
    const { createPlatform } = await import("../../../../stacks/platform.ts");
    const { createApplication } = await import("../../../../stacks/application.ts");
    createApplication(config, createPlatform(config, sampleTarget, sampleFacts(config)));
  });
  return [...all.values()].filter(({ inputs }) => inputs.metadata?.namespace === config.namespace);
}

const images = { stableImage: "ghcr.io/stefanprodan/podinfo:6.9.1", canaryImage: "ghcr.io/stefanprodan/podinfo:6.9.2" };
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
