import { describe, expect, test } from "@jest/globals";
import {
  type BuiltImageSpec,
  buildTag,
  renderImageBuild,
  reportedVersion,
} from "../../../../components/image/render-built-image.ts";
import { register } from "../mocks.ts";

const digest = "198.18.0.1:5001/versioned-echo@sha256:abc";

const to = (registry: string) => ({ push: registry, pull: registry });

async function make(spec: BuiltImageSpec) {
  const { promise: reference, resolve } = Promise.withResolvers<string>();
  const all = await register(
    async () => {
      const { BuiltImage } = await import("../../../../components/image/built-image.ts");
      new BuiltImage("canary-image", spec).reference.apply(resolve);
    },
    { outputs: { "docker:index/image:Image": { repoDigest: digest } } },
  );
  return { all, reference: await reference };
}

describe("BuiltImage", () => {
  test("an image of ours is built, pushed to the registry and referenced by digest", async () => {
    const { all, reference } = await make({ reference: "versioned-echo:v2", delivery: to("198.18.0.1:5001") });
    expect(all.get("canary-image-build")).toMatchObject({
      type: "docker:index/image:Image",
      parent: "canary-image",
      inputs: {
        imageName: "198.18.0.1:5001/versioned-echo:v2",
        build: { context: "apps/versioned-echo", args: { APP_VERSION: "v2" } },
      },
    });
    expect(reference).toBe(digest);
  });

  test("an image of ours is named as the nodes name its registry, and built for their platform", async () => {
    const delivery = { push: "198.18.0.1:5001", pull: "registry:5000/lab", platform: "linux/arm64" };
    const { all, reference } = await make({ reference: "versioned-echo:v2", delivery });
    expect(all.get("canary-image-build")?.inputs).toMatchObject({
      imageName: "198.18.0.1:5001/versioned-echo:v2",
      build: { platform: "linux/arm64" },
    });
    expect(all.get("canary-image-build")?.ignoreChanges).toEqual([]);
    expect(reference).toBe("registry:5000/lab/versioned-echo@sha256:abc");
  });

  test("an account that may not read nodes sees no change in what was built for their platform", async () => {
    const { all } = await make({ reference: "versioned-echo:v2", delivery: to("198.18.0.1:5001") });
    expect(all.get("canary-image-build")?.ignoreChanges).toEqual(["build.platform"]);
  });

  test("any other image is used as it is", async () => {
    const { all, reference } = await make({ reference: "registry.example/echo:1", delivery: to("198.18.0.1:5001") });
    expect([...all.keys()]).toEqual(["canary-image"]);
    expect(reference).toBe("registry.example/echo:1");
  });
});

test.each([
  ["versioned-echo:v1", "v1"],
  ["versioned-echo:2026.11", "2026.11"],
  ["load-client:v1", "v1"],
  ["versioned-echo", undefined],
  ["versioned-echo:v1@sha256:0", undefined],
  ["other/versioned-echo:v1", undefined],
])("%s is of ours with tag %s", (reference, tag) => {
  expect(buildTag(reference)).toBe(tag);
});

test("both versions are built from the same source", () => {
  const [v1, v2] = ["versioned-echo:v1", "versioned-echo:v2"].map(
    (reference) => renderImageBuild({ reference })?.build,
  );
  expect({ ...v1, args: {} }).toEqual({ ...v2, args: {} });
});

test.each([
  ["versioned-echo:v2", "v2"],
  [`registry:5000/lab/versioned-echo:v2@sha256:${"a".repeat(64)}`, "v2"],
  [`registry:5000/lab/versioned-echo@sha256:${"a".repeat(64)}`, undefined],
  ["registry:5000/lab/versioned-echo:v2", undefined], // a tag in somebody's registry may be any image
  [`registry:5000/other:v2@sha256:${"a".repeat(64)}`, undefined],
])("%s reports %s of itself", (reference, version) => {
  expect(reportedVersion(reference)).toBe(version);
});
