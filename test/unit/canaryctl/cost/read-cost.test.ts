import { ApiError } from "@canary-lab/kit/kube/client";
import { describe, expect, test } from "@jest/globals";
import { readCost } from "../../../../canaryctl/src/cost/read-cost.ts";
import { fakeLab } from "../fake-lab.ts";

const requests = { cpu: "20m", memory: "64Mi" };
const pod = (name: string, namespace: string, labels: object) => ({
  metadata: { name, namespace, labels },
  spec: { containers: [{ name: "echo", resources: { requests } }] },
});

const pods: Readonly<Record<string, readonly object[]>> = {
  "canary-lab": [
    pod("v1-a", "canary-lab", { app: "versioned-echo", version: "v1" }),
    pod("v2-a", "canary-lab", { app: "versioned-echo", version: "v2" }),
  ],
  "istio-system": [pod("istiod-1", "istio-system", { app: "istiod" })],
  monitoring: [pod("prometheus-0", "monitoring", {})],
};

/** A lab whose cluster answers `others` beside the lists of pods: by the first part of a path that it has. */
function labWith(others: (path: string) => unknown, monitoring = true) {
  const { lab } = fakeLab({ changes: { monitoring } });
  const asked: string[] = [];
  const get = async <T>(path: string): Promise<T | undefined> => {
    asked.push(path);
    const [, namespace] = /^\/api\/v1\/namespaces\/([^/]+)\/pods$/.exec(path) ?? [];
    if (namespace !== undefined) return { items: pods[namespace] ?? [] } as T;
    return (others(path) as T | undefined) ?? lab.cluster.get<T>(path);
  };
  return { asked, lab: { ...lab, cluster: { ...lab.cluster, get } } };
}

const usedBy = ({ cost }: Awaited<ReturnType<typeof readCost>>) => [
  cost.measuredBy,
  cost.parts.find(({ part }) => part === "canary")?.used,
];

describe("what is used", () => {
  test("is asked of metrics-server", async () => {
    const usage = { cpu: "4m", memory: "32Mi" };
    const items = [{ metadata: { name: "v2-a", namespace: "canary-lab" }, containers: [{ name: "echo", usage }] }];
    const { lab, asked } = labWith(
      (path) => path.includes("metrics.k8s.io/v1beta1/namespaces/canary-lab") && { items },
    );
    const read = await readCost(lab);
    expect(usedBy(read)).toEqual(["metrics-server", { cpu: 0.004, memory: 32 * 2 ** 20 }]);
    expect(read.cost.parts.map(({ part, pods: count }) => [part, count])).toEqual([
      ["stable side", 1],
      ["canary", 1],
      ["istiod", 1],
      ["monitoring", 1],
    ]);
    expect(asked.filter((path) => path.includes("/proxy/"))).toEqual([]);
  });

  test("is asked of Prometheus where there is no metrics-server, and two queries have both", async () => {
    const answer = (value: string) => ({
      data: { result: [{ metric: { namespace: "canary-lab", pod: "v2-a", container: "echo" }, value: [1, value] }] },
    });
    const { lab } = labWith((path) => {
      if (path.includes("container_cpu_usage_seconds_total")) return answer("0.005");
      return path.includes("container_memory_working_set_bytes") && answer("1048576");
    });
    expect(usedBy(await readCost(lab))).toEqual(["Prometheus", { cpu: 0.005, memory: 1_048_576 }]);
  });

  test.each([true, false])("is not known where nobody measures it; with monitoring: %s", async (monitoring) => {
    const { lab } = labWith(() => undefined, monitoring);
    expect(usedBy(await readCost(lab))).toEqual([null, null]);
  });
});

test("pods that an account may not see are told", async () => {
  const { lab } = labWith((path) => {
    if (path.startsWith("/api/v1/pods?")) throw new ApiError(403, "pods is forbidden", "GET", undefined);
    return undefined;
  });
  expect((await readCost(lab)).unread).toEqual([
    {
      what: "/api/v1/pods?labelSelector=app.kubernetes.io%2Fname%3Dargo-rollouts",
      why: expect.stringContaining("forbidden"),
    },
  ]);
});
