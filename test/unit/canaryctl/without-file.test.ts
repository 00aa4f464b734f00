import { rmSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { withApplied } from "../../../canaryctl/src/applied.ts";
import { configForRollback, type Lab } from "../../../canaryctl/src/lab.ts";
import { rollingUpdate } from "../../../canaryctl/src/strategies/rolling/rolling-update.ts";
import { rollBackRoute } from "../../../canaryctl/src/strategies/weights/roll-back.ts";
import { gatewayRoute } from "../../../canaryctl/src/traffic/gateway-route.ts";
import { istioRoute } from "../../../canaryctl/src/traffic/istio-route.ts";
import { stackAnnotation } from "../../../components/workload/render-application.ts";
import { appliedValues } from "../../../stacks/config/applied-config.ts";
import { fakeLab } from "./fake-lab.ts";
import { fakeDeployment } from "./strategies/rolling/fake-deployment.ts";

const quiet = () => {};

/** A state of a stack that has a namespace of its own. */
const stateIn = (namespace: string) => {
  const metadata = { name: namespace, annotations: { [stackAnnotation]: "organization/canary-lab/dev" } };
  const resource = {
    urn: "urn:x::echo-namespace",
    type: "kubernetes:core/v1:Namespace",
    id: namespace,
    inputs: { metadata },
  };
  return { read: () => ({ version: 4, deployment: { resources: [resource] } }) };
};

const broken = "config:\n  canary-lab:namespace: own\n bad: [\n";

/** What is done to the stack's file, and what a rollback says of it. */
const faults: readonly (readonly [string, (lab: Lab) => void, RegExp])[] = [
  ["is no YAML", ({ stackFile }) => writeFileSync(stackFile.path, broken), /The file is not YAML/],
  ["is gone", ({ stackFile }) => rmSync(stackFile.path), /There is no Pulumi.dev.yaml/],
];

describe.each(faults)("a rollback where the stack's file %s", (_case, damage, said) => {
  test("goes by the namespace that the state has, and is refused where no state tells it", () => {
    const { lab } = fakeLab();
    damage(lab);
    expect(configForRollback(lab.stackFile, stateIn("own"))).toMatchObject({
      config: { namespace: "own", canaryWeight: 0 },
      fileFault: { message: expect.stringMatching(said) },
    });
    expect(() => configForRollback(lab.stackFile, { read: () => undefined })).toThrow(said);
  });

  test.each([
    ["istio", istioRoute],
    ["gateway-api", gatewayRoute],
  ] as const)(
    "moves the route of %s and lets the state follow by what was applied; the file stays as it is",
    async (strategy, route) => {
      const fake = fakeLab({ configWeight: 50, changes: { strategy } });
      const note = JSON.stringify(appliedValues({ ...fake.lab.stackFile.values(), replicas: 3 }));
      damage(fake.lab);
      const opened = { ...fake.lab, ...configForRollback(fake.lab.stackFile, stateIn("canary-lab")) };
      await rollBackRoute(withApplied(opened, note), route, quiet).catch(() => undefined);
      expect(fake.log).toContain("update");
      expect(fake.scopes[0]).toMatchObject({ targets: route.targets });
      expect(fake.scopes[0]?.text).toContain('canary-lab:canaryWeight: "0"');
      expect(fake.scopes[0]?.text).toContain('canary-lab:replicas: "3"');
      expect(fake.lab.stackFile.exists() ? fake.file() : "").toBe(fake.lab.stackFile.exists() ? broken : "");
    },
  );

  test("turns the pods of rolling-update back", async () => {
    const fake = fakeDeployment(1, { update: async () => fake.goBack() });
    const note = JSON.stringify(appliedValues(fake.lab.stackFile.values()));
    damage(fake.lab);
    const opened = { ...fake.lab, ...configForRollback(fake.lab.stackFile, stateIn("canary-lab")) };
    expect(await rollingUpdate.rollback(withApplied(opened, note), quiet)).toMatch(
      /all pods run versioned-echo:v1 again/,
    );
    expect(fake.scopes[0]?.text).toContain('canary-lab:canaryEnabled: "false"');
  });

  test("in a cluster of the user's own the state waits for the file, which has the registry of the images", async () => {
    const fake = fakeLab({ configWeight: 50 });
    const note = JSON.stringify(appliedValues(fake.lab.stackFile.values()));
    damage(fake.lab);
    const environment = { ...fake.lab.environment, target: "existing" as const };
    const opened = { ...fake.lab, environment, ...configForRollback(fake.lab.stackFile, stateIn("canary-lab")) };
    await expect(rollBackRoute(withApplied(opened, note), istioRoute, quiet)).rejects.toThrow(/traffic is back/);
    expect(fake.log).toEqual(["apply 0"]);
  });
});
