import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { version as dockerVersion } from "../../cluster/embedded/plugins/docker/provider.ts";
import { providers } from "../../cluster/embedded/plugins/install.ts";
import { version as kubernetesVersion } from "../../cluster/embedded/plugins/kubernetes/structs.ts";
import { pinned } from "../../cluster/embedded/toolchain/versions.ts";
import { engineVersion } from "../../cluster/programs.ts";
import { clientContainer } from "../../components/traffic/render-load-client.ts";
import { istioVersion } from "../../stacks/versions.ts";

// Each part says for itself what it goes with, for it may not import the others. Here they are held to say the same.
const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const { dependencies } = JSON.parse(read("package.json"));

describe("what is written in several places is the same", () => {
  test.each(providers.map(({ name, version }) => [name, version]))("the %s provider is the SDK's", (name, version) => {
    expect(version).toBe(dependencies[`@pulumi/${name}`]);
  });

  test("the stand-ins answer as those versions", () => {
    const answered = { kubernetes: kubernetesVersion, docker: dockerVersion };
    expect(answered).toEqual(Object.fromEntries(providers.map(({ name, version }) => [name, version])));
  });

  test("the engine is the SDK's: the one that is built, and the one that is asked for", () => {
    expect([pinned.pulumi, engineVersion]).toEqual(Array(2).fill(dependencies["@pulumi/pulumi"]));
  });

  test("Istio's charts and the images made for them", () => expect(istioVersion).toBe(pinned.istio));

  test("the client's container, which canaryctl sends from", () => {
    expect(read("canaryctl/src/traffic/measure.ts")).toContain(`exec("${clientContainer}", [`);
  });
});
