import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { backToStart, startingPoint, withoutCanary } from "./support/configure.ts";
import { canaryctl, kubectl, namespace, pulumi, requireLab } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { editConfig } from "./support/stack-config.ts";

beforeAll(async () => {
  await requireLab();
  await backToStart();
}, 300_000);

afterAll(() => editConfig(startingPoint));

describe("a strategy is not changed in the middle of a canary", () => {
  const isStillIstio = async () =>
    expect(await kubectl("get", "virtualservice", "-n", namespace, "-o", "name")).toContain("virtualservice");

  test("by a preview or an update, and both say how to end the canary", async () => {
    editConfig({ strategy: "rolling-update" });
    const commands = [() => pulumi("preview"), () => canaryctl("up")];
    for (const command of commands) {
      const refused = await command();
      expect(refusalFault(refused, /from istio to rolling-update while a canary runs/, /rollback/)).toBeUndefined();
    }
    await isStillIstio();
  }, 180_000);

  test("not even where the same change takes the canary away", async () => {
    editConfig(withoutCanary);
    expect(refusalFault(await canaryctl("up"), /while a canary runs/)).toBeUndefined();
    await isStillIstio();
  }, 60_000);
});
