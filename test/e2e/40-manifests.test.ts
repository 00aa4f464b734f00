import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { kubectl } from "./support/lab.ts";
import { type Manifest, manifestsOf } from "./support/manifests.ts";
import { withStrategy } from "./support/strategy.ts";
import { apply, controllerFaults, istioFindings, rolloutFaults, serverFaults } from "./support/validators.ts";
import { variations } from "./support/variations.ts";

// Every definition that a strategy needs is in the cluster: those of the Gateway API, of Rollouts and of the monitoring.
withStrategy({ strategy: "gateway-api", monitoring: true, rollouts: "cluster" });

/** Objects are tried here; nothing runs in it. */
const scratch = "try-manifests";

/** Pods of both versions for subsets and Services to select. No scheduler has this name, so they never run. */
const pods: readonly Manifest[] = ["v1", "v2"].map((version) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: version, namespace: scratch, labels: { app: "versioned-echo", version } },
  spec: { schedulerName: "nobody", containers: [{ name: "echo", image: "versioned-echo:v1" }] },
}));

beforeAll(async () => {
  const labels = { "istio-injection": "enabled" };
  await apply([{ apiVersion: "v1", kind: "Namespace", metadata: { name: scratch, labels } } as Manifest]);
  await apply(pods);
}, 60_000);

afterAll(async () => {
  await kubectl("delete", "namespace", scratch, "--ignore-not-found", "--wait=false");
}, 60_000);

describe.each(Object.entries(variations))("strategy %s", (strategy, stacks) => {
  test.each(Object.entries(stacks))(
    "%s: the API server, Istio and Rollouts have nothing against it",
    async (_, values) => {
      const manifests = await manifestsOf({ ...values, strategy, namespace: scratch });
      expect(manifests.length).toBeGreaterThan(5);
      expect(await serverFaults(manifests)).toEqual([]);
      await apply(manifests.filter(({ kind, metadata }) => kind === "Service" && metadata.namespace === scratch));
      expect(await istioFindings(scratch, manifests)).toEqual([]);
      expect(await rolloutFaults(manifests)).toEqual([]);
      expect(await controllerFaults(manifests)).toEqual([]);
    },
    120_000,
  );
});

// A check that cannot fail proves nothing.
describe("the checks themselves", () => {
  const edited = async (strategy: string, change: (text: string) => string): Promise<readonly Manifest[]> =>
    JSON.parse(change(JSON.stringify(await manifestsOf({ strategy, namespace: scratch }))));

  test("see a misspelt field", async () => {
    const manifests = await edited("rollout-blue-green", (text) =>
      text.replace('"autoPromotionEnabled"', '"autoPromotionEnables"'),
    );
    expect((await serverFaults(manifests)).join("\n")).toMatch(/autoPromotionEnables: field not declared in schema/);
  });

  test("see a route to a host that is not there", async () => {
    const manifests = await edited("istio", (text) => text.replaceAll('"host":"versioned-echo"', '"host":"nowhere"'));
    expect((await istioFindings(scratch, manifests)).join("\n")).toMatch(/IST0101.*nowhere/);
  });

  test("see an analysis that is not there", async () => {
    const manifests = await manifestsOf({
      strategy: "rollout-canary",
      analysis: "step",
      monitoring: true,
      namespace: scratch,
    });
    const bare = manifests.filter(({ kind }) => kind !== "AnalysisTemplate");
    await kubectl("delete", "analysistemplates", "--all", "-n", scratch);
    expect((await controllerFaults(bare)).join("\n")).toMatch(/AnalysisTemplate.*not found/);
  });

  test("see a step that is no weight", async () => {
    const manifests = await edited("rollout-canary", (text) => text.replace('"setWeight":10', '"setWeight":130'));
    expect((await rolloutFaults(manifests)).join("\n")).toMatch(/setWeight.*130/i);
  });
});
