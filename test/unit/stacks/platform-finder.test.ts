import { expect, jest, test } from "@jest/globals";
import { parseConfig } from "../../../stacks/config/parse-config.ts";
import { register } from "../components/mocks.ts";
import { sampleFacts, sampleTarget } from "./sample-config.ts";

const asked: string[] = [];
jest.unstable_mockModule("../../../cluster/kube/client.ts", () => ({
  clientOf: () => ({ get: async (path: string) => void asked.push(path) }),
}));
jest.unstable_mockModule("../../../stacks/live/existing-platform.ts", () => ({
  findExisting: async (client: { get(path: string): Promise<unknown> }, { app }: { readonly app: string }) => {
    await client.get("/api/v1/namespaces");
    await client.get(`/api/v1/namespaces/${app}`);
    return sampleFacts();
  },
}));

test("what the applications of a stack ask of a platform is read once for all of them", async () => {
  await register(async () => {
    const { platformFinder } = await import("../../../stacks/find-platform.ts");
    const find = platformFinder(sampleTarget);
    const configs = ["shop", "orders", "orders"].map((app) => parseConfig({ platform: "existing", app }));
    expect(await Promise.all(configs.map(find))).toEqual(configs.map(() => sampleFacts()));
  });
  expect(asked.toSorted()).toEqual(["", "/orders", "/shop"].map((name) => `/api/v1/namespaces${name}`));
});
