import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { PolicyObject } from "../../policy/evaluate.ts";
import { cases, strict } from "../unit/policy/cases.ts";
import { type Outcome, run } from "./support/command.ts";
import { enterStack, mustBeUp, startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { fullStack } from "./support/full-stack.ts";
import { applyObjects, canaryctl, kubectl, labShell, liveWeight, namespace } from "./support/lab.ts";
import { configuredWeight, editConfig, type StackValues } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { until } from "./support/until.ts";

// The API server evaluates the same expressions as the policy pack. Here it is asked of each, and so is what moves traffic.

/** What the API server says of an object that somebody applies by kubectl; nothing is kept. */
const tried = async (object: PolicyObject): Promise<Outcome> =>
  run("bash", ["-ec", `kubectl apply --dry-run=server -f - <<< '${JSON.stringify(object)}'`], {
    env: await labShell(),
    quiet: true,
  });

/** Where the images of this lab come from, without their names. */
async function liveRegistry(): Promise<string> {
  const path = "jsonpath={.spec.template.spec.containers[0].image}";
  const image = await kubectl("get", "deployment", "versioned-echo-client", "-n", namespace, "-o", path);
  return image.replace(/\/[^/]*$/, "");
}

const denied = (rule: string) => new RegExp(`ValidatingAdmissionPolicy .* denied request: ${rule}: `);

describePart("a policy", () => {
  withStrategy({ strategy: "istio", ...fullStack, gatewayApi: true });

  let policy: { readonly [field: string]: NonNullable<StackValues[string]> } = {};
  /** Puts the application under the policy, with what a case changes of it. */
  const apply = async (changed: StackValues = {}) => {
    editConfig({ policy: { ...policy, ...changed } });
    await mustBeUp();
  };

  beforeAll(async () => {
    policy = { ...strict, registries: [...strict.registries, await liveRegistry()] };
    editConfig(startingPoint);
    await apply();
    const [first] = cases;
    await until(
      "the API server knows the policies",
      async () => (await tried(first?.rejects as PolicyObject)).exitCode !== 0,
    );
  }, 600_000);

  afterAll(async () => {
    editConfig({ policy: undefined, gatewayApi: undefined, plan: undefined });
    await enterStack({ ...fullStack, strategy: "istio" });
    expect(await kubectl("get", "validatingadmissionpolicies", "-o", "name")).not.toContain(namespace);
  }, 600_000);

  test.each(cases)(
    "$rule, of $of: kubectl may not apply the one, and may apply the other",
    async ({ rule, rejects, passes, before }) => {
      if (before) await applyObjects(before);
      try {
        const refused = await tried(rejects);
        expect(refused.exitCode).not.toBe(0);
        expect(refused.output).toMatch(denied(rule));
        expect(await tried(passes)).toMatchObject({ exitCode: 0 });
      } finally {
        if (before) await kubectl("delete", before.kind, before.metadata.name ?? "", "-n", namespace);
      }
    },
    60_000,
  );

  test("an object of another namespace is nobody's business", async () => {
    const { rejects } = cases.find(({ rule }) => rule === "load-balancer") as (typeof cases)[number];
    const elsewhere = { ...rejects, metadata: { ...rejects.metadata, namespace: "default" } };
    expect(await tried(elsewhere)).toMatchObject({ exitCode: 0 });
  }, 30_000);

  describe("holds moves", () => {
    test.each([
      ["weight-limit", "30", "70"],
      ["weight-rise", "45", "55"],
    ])(
      "by %s, and neither the route nor the config moves",
      async (rule, stable, canary) => {
        const refused = await canaryctl("set-traffic", stable, canary);
        expect(refused.exitCode).not.toBe(0);
        expect(refused.output).toMatch(denied(rule));
        expect([await liveWeight(), configuredWeight()]).toEqual([10, 10]);
      },
      60_000,
    );

    test("to what an approval allows, and never a rollback", async () => {
      expect(await canaryctl("set-traffic", "50", "50")).toMatchObject({ exitCode: 0 });
      await apply({ approval: { weight: 80, reason: "a test" } });
      expect(await canaryctl("set-traffic", "20", "80")).toMatchObject({ exitCode: 0 });
      expect(await liveWeight()).toBe(80);
      await apply(); // the approval ends, and what it let through may come down
    }, 300_000);

    test("a rollback is never held up", async () => {
      expect(await canaryctl("rollback")).toMatchObject({ exitCode: 0 });
      expect(await liveWeight()).toBe(0);
    }, 60_000);
  });

  describe("a preview of a plan that is too steep", () => {
    const steep = { plan: { weights: [60], bake: "15s" } };
    const preview = async () => {
      const { exitCode, stdout } = await canaryctl("preview", "--json");
      const [digest] = JSON.parse(stdout).previews as { outcome: string; errors: string[]; warnings: string[] }[];
      return { exitCode, ...digest };
    };
    const told = expect.stringMatching(/^policy plan: .*\n?.*allowed: at most 40 points more/s);

    beforeAll(() => editConfig(steep));
    test("is refused where the policy is enforced", async () => {
      expect(await preview()).toMatchObject({
        exitCode: 1,
        outcome: "refused",
        errors: expect.arrayContaining([told]),
      });
    }, 60_000);

    test("has a warning where the policy warns, and so has what kubectl applies", async () => {
      editConfig({ plan: undefined });
      await apply({ mode: "warn" });
      editConfig(steep);
      expect(await preview()).toMatchObject({ exitCode: 0, warnings: expect.arrayContaining([told]) });
      const { rule, rejects } = cases.find(({ of }) => of === "a tag") as (typeof cases)[number];
      const warned = await until("the API server knows the change", async () => {
        const outcome = await tried(rejects);
        return outcome.exitCode === 0 ? outcome : undefined;
      });
      expect(warned.output).toMatch(new RegExp(`Warning: .*${rule}: `));
    }, 300_000);
  });
});
