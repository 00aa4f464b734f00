import { expect, test } from "@jest/globals";
import { parseConfig, type RawConfig } from "../../../stacks/config/parse-config.ts";
import { quantitiesOf, releaseRoom, roomOf } from "../../../stacks/release-room.ts";

const room = (values: RawConfig = {}) => releaseRoom(parseConfig(values));
const mebibytes = (count: number) => count * 2 ** 20;

test("there is room for two sides and four helpers, each pod twice, with a sidecar", () => {
  const { pods, cpu, memory } = room();
  expect(pods).toBe(2 * (2 + 2) + 2 * 4);
  expect(cpu).toBeCloseTo(8 * (0.02 + 0.01) + 8 * (0.02 + 0.01), 9);
  expect(memory).toBe(mebibytes(16 * (64 + 64)));
});

test.each<[title: string, values: RawConfig, pods: number]>([
  ["the stable side is the larger one", { replicas: 10, canaryReplicas: 1 }, 48],
  ["the canary is the larger one", { replicas: 1, canaryReplicas: 10 }, 48],
  ["an autoscaler makes the most pods", { autoscaling: { maxReplicas: 7 } }, 36],
  ["a preview is as large as what it becomes", { replicas: 3, blueGreen: { previewReplicaCount: 1 } }, 20],
])("also where %s", (_title, values, pods) => expect(room(values).pods).toBe(pods));

test("pods and sidecars are counted as they are asked for", () => {
  const service = { resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } } };
  expect(room({ service }).cpu).toBeCloseTo(8 * 1.01 + 8 * 0.03, 9);
  expect(room({ platform: "existing" }).cpu).toBeCloseTo(8 * 0.12 + 8 * 0.12, 9);
});

test("a quota of the user's own takes the place of what it names", () => {
  const config = parseConfig({ isolation: { mode: "enforce", quota: { cpu: "4" } } });
  expect(roomOf(config)).toEqual({ ...releaseRoom(config), cpu: 4 });
});

test("quantities are written as the API server writes them", () => {
  const written = (cpu: number, gibibytes: number) => quantitiesOf({ pods: 16, cpu, memory: gibibytes * 2 ** 30 });
  expect(written(0.48, 2)).toEqual({ pods: "16", cpu: "480m", memory: "2Gi" });
  expect(written(2, 1.5)).toMatchObject({ cpu: "2", memory: "1536Mi" });
});
