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
    const change = { kubeContext: undefined, imageRegistry: undefined, kubeconfig: "/gone", chartMirror: "/gone-too" };
    expect(() => target(change, false)).toThrow(
      /kubeContext is not set.*kubeconfig is "\/gone".*chartMirror is "\/gone-too".*imageRegistry is not set, and versioned-echo:v1 and versioned-echo:v2 and load-client:v1/s,
    );
  });

  test("needs a registry only for images that are built here", () => {
    const foreign = {
      stableImage: "registry.example/echo:1",
      canaryImage: "registry.example/echo:2",
      clientImage: "registry.example/client:1",
      imageRegistry: undefined,
    };
    expect(target(foreign)).toEqual({ kubeContext: "canary-lab" });
    expect(target({ ...foreign, canaryImage: "versioned-echo:v2", canaryEnabled: false })).toEqual({
      kubeContext: "canary-lab",
    });
  });
});
