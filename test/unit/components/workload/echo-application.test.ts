import { expect, test } from "@jest/globals";
import { toWeight } from "../../../../canary/weight.ts";
import { register } from "../mocks.ts";

test("EchoApplication labels the namespace for sidecars, and with the release that is on its way, before anything is in it", async () => {
  const all = await register(async () => {
    const { EchoApplication } = await import("../../../../components/workload/echo-application.ts");
    const application = new EchoApplication("echo", {
      app: "versioned-echo",
      namespace: "canary-lab",
      strategy: "istio",
      canaryEnabled: true,
      stack: "organization/canary-lab/dev",
      applied: { replicas: "2", plan: "10-30-60" },
    });
    const spec = {
      app: "versioned-echo",
      namespace: "canary-lab",
      strategy: "istio",
      canaryWeight: toWeight(10),
    } as const;
    application.serve(spec);
  });
  expect(all.get("echo-namespace")?.inputs.metadata).toEqual({
    name: "canary-lab",
    labels: { "istio-injection": "enabled" },
    annotations: {
      "canary-lab/strategy": "istio",
      "canary-lab/canary": "true",
      "canary-lab/stack": "organization/canary-lab/dev",
      "canary-lab/config": '{"plan":"10-30-60","replicas":"2"}',
      "canary-lab/config-hash": expect.stringMatching(/^[0-9a-f]{16}$/),
    },
  });
  const service = all.get("echo-service");
  expect(service?.dependencies).toEqual(["echo-namespace"]);
  expect(service?.inputs.metadata).toMatchObject({ name: "versioned-echo", namespace: "canary-lab" });
  expect(service?.inputs.spec).toEqual({
    selector: { app: "versioned-echo" },
    ports: [{ name: "http", port: 80, targetPort: "http", protocol: "TCP" }],
  });
});
