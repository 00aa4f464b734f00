import { expect, test } from "@jest/globals";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, kubectl, namespace } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { editConfig } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { testWholeRelease } from "./support/whole-release.ts";

describePart("a stack without a canary", () => {
  withStrategy({ strategy: "istio", plan: "25" });

  test("does not change its strategy together with the start of a canary", async () => {
    editConfig({ strategy: "replica-ratio", canaryEnabled: true });
    try {
      expect(refusalFault(await canaryctl("up"), /together with the start of a canary/)).toBeUndefined();
      expect(await kubectl("get", "virtualservice", "-n", namespace, "-o", "name")).toContain("virtualservice");
    } finally {
      editConfig({ strategy: "istio", canaryEnabled: false });
    }
  }, 60_000);

  testWholeRelease(["promote"]);
});
