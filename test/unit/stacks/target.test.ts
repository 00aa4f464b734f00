import { describe, expect, test } from "@jest/globals";
import type { LabConfig } from "../../../stacks/config/schema.ts";
import { targetOf } from "../../../stacks/target.ts";
import { sampleConfig } from "./sample-config.ts";

const target = (change: Partial<LabConfig>, exists = true) =>
  targetOf({ ...sampleConfig, ...change }, "Pulumi.dev.yaml", () => exists);

describe("targetOf", () => {
  test("names the context, and the file where one is given", () => {
    expect(target({})).toEqual({ kubeContext: "canary-lab" });
    expect(target({ kubeconfig: "/k" })).toEqual({ kubeContext: "canary-lab", kubeconfig: "/k" });
  });

  test("never takes the current context", () => {
    expect(() => target({ kubeContext: undefined })).toThrow("kubeContext is not set");
  });

  test("reports all that is missing at once", () => {
    const change = { kubeContext: undefined, kubeconfig: "/gone", chartMirror: "/gone-too" };
    expect(() => target(change, false)).toThrow(
      /kubeContext is not set.*kubeconfig is "\/gone".*chartMirror is "\/gone-too"/s,
    );
  });
});
