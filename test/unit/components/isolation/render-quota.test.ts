import { expect, test } from "@jest/globals";
import { renderDefaults, renderQuota } from "../../../../components/isolation/render-quota.ts";

const application = { app: "echo", namespace: "apps" };
const metadata = (name: string) => ({ name, namespace: "apps", labels: { app: "echo" } });

test("a quota is about what pods ask for", () => {
  expect(renderQuota({ ...application, room: { pods: "16", cpu: "480m", memory: "2Gi" } })).toEqual({
    metadata: metadata("echo-quota"),
    spec: { hard: { pods: "16", "requests.cpu": "480m", "requests.memory": "2Gi" } },
  });
});

test("a container that says nothing asks for something, and has a limit of memory", () => {
  expect(renderDefaults(application)).toEqual({
    metadata: metadata("echo-defaults"),
    spec: {
      limits: [{ type: "Container", defaultRequest: { cpu: "10m", memory: "64Mi" }, default: { memory: "256Mi" } }],
    },
  });
});
