import { describe, expect, test } from "@jest/globals";
import { addOnNames } from "../../src/add-ons.ts";
import { platformImages } from "../../src/images/platform-images.ts";
import { exampleTools as tools } from "./example-tools.ts";

describe("platformImages", () => {
  test.each([
    [
      "monitoring",
      [
        "quay.io/prometheus/prometheus:v3.15.0",
        "quay.io/prometheus-operator/prometheus-operator:v0.85.0",
        "quay.io/prometheus-operator/prometheus-config-reloader:v0.85.0",
      ],
    ],
    ["rollouts", ["quay.io/argoproj/argo-rollouts:v1.9.1", "quay.io/argoproj/kubectl-argo-rollouts:v1.9.1"]],
    ["istio-cni", ["docker.io/istio/install-cni:1.29.1"]],
    ["gateway-api", []],
    ["istio", []],
  ] as const)("%s: under the names that upstream publishes", (addOn, names) => {
    expect(platformImages(tools, addOn).map(({ name }) => name)).toEqual(names);
  });

  const all = addOnNames.flatMap((addOn) => platformImages(tools, addOn));

  test.each(all)("$name starts a file of its own", ({ entrypoint, command, layers }) => {
    const places = layers.flatMap((layer) => ("files" in layer ? layer.files.map(({ to }) => to) : []));
    expect(places).toContain((entrypoint ?? command)?.[0]);
  });

  test("no image but that of the CNI agent runs as root, and each says its user by number: a pod may insist on that", () => {
    const [agent] = platformImages(tools, "istio-cni");
    expect(agent?.user).toBeUndefined(); // as upstream's, which its chart asks for
    for (const { user } of all.filter(({ name }) => name !== agent?.name))
      expect(user).toMatch(/^[1-9]\d*(:[1-9]\d*)?$/);
  });

  test("each image says that it is the lab's", () => {
    for (const { description } of all) expect(description).toMatch(/^canary-lab: /);
  });
});
