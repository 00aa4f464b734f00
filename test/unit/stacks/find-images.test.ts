import { afterEach, expect, jest, test } from "@jest/globals";
import { targetedVariable } from "../../../stacks/live/targeted.ts";
import { sampleConfig, sampleTarget } from "./sample-config.ts";

const architectures = ["amd64", "arm64"];
let announced: object | undefined;
jest.unstable_mockModule("../../../cluster/kube/client.ts", () => ({
  clientOf: () => ({
    get: async (path: string) =>
      path.startsWith("/api/v1/namespaces/canary-lab-registry")
        ? undefined
        : path.startsWith("/api/v1/nodes")
          ? { items: architectures.map((name) => ({ metadata: { labels: { "kubernetes.io/arch": name } }, spec: {} })) }
          : announced,
  }),
}));
const { findImages } = await import("../../../stacks/find-images.ts");

afterEach(() => {
  delete process.env[targetedVariable];
});

const { imageRegistry: _, ...unnamed } = sampleConfig;

test("an update of a route is refused for nothing that only a build needs", async () => {
  await expect(findImages([unnamed], sampleTarget)).rejects.toThrow(/nodes for linux\/amd64 and linux\/arm64/);
  process.env[targetedVariable] = "true";
  expect(await findImages([unnamed], sampleTarget)).toEqual({ pull: "localhost:5101", reason: expect.any(String) });
  announced = { data: { "localRegistryHosting.v1": "host: here:5000\nhostFromContainerRuntime: there:5000\n" } };
  expect(await findImages([unnamed], sampleTarget)).toMatchObject({ push: "here:5000", pull: "there:5000" });
});
