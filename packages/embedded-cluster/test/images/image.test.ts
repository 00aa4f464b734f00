import { describe, expect, test } from "@jest/globals";
import { digestOf, type ImageSpec, renderImage } from "../../src/images/image.ts";

const layers = [
  { digest: `sha256:${"a".repeat(64)}`, size: 10 },
  { digest: `sha256:${"b".repeat(64)}`, size: 20 },
];
const spec: ImageSpec = {
  name: "docker.io/istio/pilot:1.29.1",
  description: "canary-lab: pilot",
  layers: [{ tar: "/base.tar" }, { files: [] }],
  entrypoint: ["/usr/local/bin/pilot-discovery"],
  user: "1337:1337",
};

describe("renderImage", () => {
  test("says how the image runs and what it is made of", () => {
    const { config } = renderImage({ ...spec, command: ["discovery"], environment: ["A=1"] }, layers, "x64");
    expect(JSON.parse(config.text)).toEqual({
      architecture: "amd64",
      os: "linux",
      config: {
        User: "1337:1337",
        Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "A=1"],
        Entrypoint: ["/usr/local/bin/pilot-discovery"],
        Cmd: ["discovery"],
        WorkingDir: "/",
        Labels: { "org.opencontainers.image.description": "canary-lab: pilot" },
      },
      rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
    });
  });

  test("leaves out what the spec does not set, and runs as root then", () => {
    const { entrypoint: _, user: __, ...bare } = spec;
    const { config } = JSON.parse(renderImage(bare, layers).config.text);
    expect(config.User).toBe("");
    expect(config).not.toHaveProperty("Entrypoint");
    expect(config).not.toHaveProperty("Cmd");
  });

  test("names every part by the digest and size of its bytes", () => {
    const { config, manifest } = renderImage(spec, layers);
    for (const { digest, size, text } of [config, manifest]) {
      expect(digest).toBe(digestOf(text));
      expect(size).toBe(Buffer.byteLength(text));
    }
    const { text: _, ...configDescriptor } = config;
    expect(JSON.parse(manifest.text)).toEqual({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: configDescriptor,
      layers: layers.map((layer) => ({ mediaType: "application/vnd.oci.image.layer.v1.tar", ...layer })),
    });
  });

  test("is the same image for the same spec, and another for another", () => {
    const digest = (changes: Partial<ImageSpec>, processor = "x64") =>
      renderImage({ ...spec, ...changes }, layers, processor).manifest.digest;
    expect(digest({})).toBe(digest({}));
    expect(digest({ user: "0:0" })).not.toBe(digest({}));
    expect(digest({}, "arm64")).not.toBe(digest({}));
  });
});
