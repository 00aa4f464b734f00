import { describe, expect, test } from "@jest/globals";
import { PodCounters } from "../../../../canaryctl/src/judged/pod-counters.ts";

/** Of one pod: answers below 500, and the others. */
type Counts = readonly [succeeded: number, failed: number];

const pod = (name: string, podIP: string, version?: string) => ({
  metadata: { name, labels: { version } },
  status: { podIP, conditions: [{ type: "Ready", status: "True" }] },
});
/** As Envoy writes them: what is 0 has no value. */
const stat = (name: string, count: number) => (count === 0 ? { name } : { name, value: String(count) });
const dumpOf = (hosts: Readonly<Record<string, Counts>>) =>
  JSON.stringify({
    cluster_statuses: [
      {
        name: "outbound|80||echo.shop.svc.cluster.local",
        host_statuses: Object.entries(hosts).map(([address, [succeeded, failed]]) => ({
          address: { socket_address: { address } },
          stats: [stat("rq_success", succeeded), stat("rq_error", failed)],
        })),
      },
      {
        name: "outbound|80||other.shop.svc.cluster.local",
        host_statuses: [{ address: { socket_address: { address: "10.0.0.2" } }, stats: [stat("rq_error", 99)] }],
      },
    ],
  });

/** Looks at a caller whose proxy says this each time; null for one that gives no answer. */
async function looked(...dumps: readonly (Readonly<Record<string, Counts>> | null)[]) {
  const pods = [pod("one", "10.0.0.1", "v1"), pod("two", "10.0.0.2", "v2"), pod("three", "10.0.0.3", "v2")];
  let look = 0;
  const cluster = {
    get: async <T>(path: string) =>
      ({ items: path.includes("echo-client") ? [pod("client", "10.0.0.9")] : look < 2 ? pods : pods.slice(0, 2) }) as T,
  };
  const proxy = async () => async () => {
    const dump = dumps[look];
    if (!dump) throw new Error("no answer");
    return dumpOf(dump);
  };
  const groups = [{ app: "echo", namespace: "shop", labels: { app: "echo-client" }, host: "echo." }];
  const counters = new PodCounters({ cluster, proxy }, groups, () => look + 1);
  const callers: number[] = [];
  for (; look < dumps.length; look++) callers.push(await counters.look());
  const tables = counters.slices.map(({ stable, canary }) =>
    [stable, canary].map(({ requests, bad }) => [requests, bad]),
  );
  return { tables, callers };
}

describe("the requests of a release whose sides share a Service", () => {
  test("are counted by the pods that got them, since the first look", async () => {
    const { tables, callers } = await looked(
      { "10.0.0.1": [900, 7], "10.0.0.2": [40, 0], "10.0.0.3": [50, 0] },
      { "10.0.0.1": [990, 7], "10.0.0.2": [48, 2], "10.0.0.3": [60, 1] },
    );
    expect(callers).toEqual([1, 1]);
    expect(tables).toEqual([
      [
        [90, 0],
        [21, 3],
      ],
    ]);
  });

  test("of a pod that has gone stay the canary's, and time without an answer has none", async () => {
    const { tables, callers } = await looked({ "10.0.0.1": [10, 0], "10.0.0.3": [5, 0] }, null, {
      "10.0.0.1": [20, 0],
      "10.0.0.3": [5, 4],
    });
    expect(callers).toEqual([1, 0, 1]);
    expect(tables).toEqual([
      [
        [0, 0],
        [0, 0],
      ],
      [
        [10, 0],
        [4, 4],
      ],
    ]);
  });
});
