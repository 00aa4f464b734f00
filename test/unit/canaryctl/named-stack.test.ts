import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { mustNameDeployed, mustNameFile } from "../../../canaryctl/src/lab.ts";
import { StackFile } from "../../../canaryctl/src/stack-file.ts";
import { projectFolder } from "./fake-lab.ts";

/** A stack that is deployed in some namespaces, and whose file was edited since. */
function edited(...places: readonly string[]) {
  const folder = projectFolder("config:\n  canary-lab:namespace: edited\n");
  const resources = places.map((id) => ({
    urn: id,
    type: "kubernetes:core/v1:Namespace",
    id,
    inputs: { metadata: { annotations: { "canary-lab/stack": "organization/canary-lab/dev" } } },
  }));
  const state = { read: () => ({ version: 3, deployment: { resources } }) };
  return { folder, file: new StackFile("dev", folder), state };
}

describe("--ns of a command", () => {
  test("that takes away what is deployed names where that is, and not what the file says since", () => {
    const { file, state } = edited("deployed", "leaving");
    for (const ns of ["deployed", "leaving"]) mustNameDeployed({ stack: "dev", ns }, file, state);
    expect(() => mustNameDeployed({ stack: "dev", ns: "edited" }, file, state)).toThrow(/--ns is "edited"/);
    mustNameDeployed({ stack: "dev" }, file, state);
  });

  test("names what the file says where nothing is deployed, and for a command that is about the file", () => {
    const { file, state } = edited();
    mustNameDeployed({ stack: "dev", ns: "edited" }, file, state);
    expect(() => mustNameDeployed({ stack: "dev", ns: "deployed" }, file, state)).toThrow(/--ns is "deployed"/);
    mustNameFile({ stack: "dev", ns: "edited" }, edited("deployed").file);
    expect(() => mustNameFile({ stack: "dev", ns: "deployed" }, edited("deployed").file)).toThrow(/--ns is "deployed"/);
  });

  test("is refused where the rest of the file is wrong as well", () => {
    const { file, folder, state } = edited("deployed");
    writeFileSync(join(folder, "Pulumi.dev.yaml"), "config:\n  canary-lab:replicas: many\n");
    expect(() => mustNameDeployed({ stack: "dev", ns: "edited" }, file, state)).toThrow(/--ns is "edited"/);
  });
});
