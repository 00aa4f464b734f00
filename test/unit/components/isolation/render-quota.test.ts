import { expect, test } from "@jest/globals";
import { renderDefaults, renderQuota } from "../../../../components/isolation/render-quota.ts";

const application = { app: "echo", namespace: "apps" };
const metadata = (name: string) => ({ name, namespace: "apps", labels: { app: "echo" } });

test("a quota has its quantities as the API server writes them", () => {
  const hard = (cpu: number, memory: number) => renderQuota({ ...application, room: { pods: 16, cpu, memory } });
  expect(hard(0.48, 2 * 2 ** 30)).toEqual({
    metadata: metadata("echo-quota"),
    spec: { hard: { pods: "16", "requests.cpu": "480m", "requests.memory": "2Gi" } },
  });
  expect(hard(2, 1.5 * 2 ** 30).spec.hard).toMatchObject({ "requests.cpu": "2", "requests.memory": "1536Mi" });
});

test("a container that says nothing asks for something, and has a limit of memory", () => {
  expect(renderDefaults(application)).toEqual({
    metadata: metadata("echo-defaults"),
    spec: {
      limits: [{ type: "Container", defaultRequest: { cpu: "10m", memory: "64Mi" }, default: { memory: "256Mi" } }],
    },
  });
});
