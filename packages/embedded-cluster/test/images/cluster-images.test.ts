import { describe, expect, test } from "@jest/globals";
import { clusterImages, imageNames } from "../../src/images/cluster-images.ts";
import { exampleTools as tools } from "./example-tools.ts";

const { versions } = tools;

test("images go under the names that upstream publishes, which charts and manifests ask for", () => {
  expect(imageNames(versions)).toEqual({
    pause: "registry.k8s.io/pause:3.10",
    coredns: "docker.io/coredns/coredns:1.15.0",
    pilot: "docker.io/istio/pilot:1.29.1",
    proxy: "docker.io/istio/proxyv2:1.29.1",
    node: "docker.io/library/node:24-bookworm-slim",
  });
});

describe("the images", () => {
  const images = clusterImages(tools);
  const base = { tar: "/tools/base.tar" };

  test("static programs stand alone, the others on the base", () => {
    for (const role of ["pause", "coredns"] as const) expect(images[role].layers).not.toContainEqual(base);
    for (const role of ["pilot", "proxy", "node"] as const) expect(images[role].layers[0]).toEqual(base);
  });

  test("the proxy has Envoy, pilot-agent and the bootstrap template where pilot-agent looks for them", () => {
    expect(images.proxy.layers[1]).toEqual({
      files: [
        {
          from: "/tools/istio/tools/packaging/common/envoy_bootstrap.json",
          to: "/var/lib/istio/envoy/envoy_bootstrap_tmpl.json",
          mode: 0o644,
        },
        { from: "/tools/pilot-agent", to: "/usr/local/bin/pilot-agent" },
        { from: "/tools/envoy", to: "/usr/local/bin/envoy" },
      ],
    });
    expect(images.proxy.entrypoint).toEqual(["/usr/local/bin/pilot-agent"]);
  });

  test("each entry point is a file of the image", () => {
    for (const { entrypoint, layers } of Object.values(images)) {
      if (!entrypoint) continue;
      const places = layers.flatMap((layer) => ("files" in layer ? layer.files.map(({ to }) => to) : []));
      expect(places).toContain(entrypoint[0]);
    }
  });

  test("each image says that it is the lab's", () => {
    for (const { description } of Object.values(images)) expect(description).toMatch(/^canary-lab: /);
  });
});
