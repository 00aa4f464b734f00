import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { checkImage } from "../../src/docker/check.ts";
import { diffInputs } from "../../src/docker/diff.ts";
import { hostPlatform, imageOf, isBuildable } from "../../src/docker/image.ts";
import { objectAt } from "../../src/json.ts";
import { unknown } from "../../src/values.ts";

const repositoryRoot = join(import.meta.dirname, "../../../..");
const context = join(repositoryRoot, "apps/versioned-echo");
const imageName = "registry.test:5000/echo:v1";

describe("checked inputs", () => {
  test("have the defaults of the real plugin and a digest of the sources", () => {
    const { inputs, problems } = checkImage({
      imageName,
      build: { context, args: { APP_VERSION: "v1" } },
      registry: null,
    });
    expect(problems).toEqual([]);
    expect(inputs).toEqual({
      imageName,
      buildOnPreview: false,
      build: {
        context,
        dockerfile: `${context}/Dockerfile`,
        args: { APP_VERSION: "v1" },
        platform: hostPlatform,
        contextDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
    expect(isBuildable(inputs)).toBe(true);
  });

  test("leave unknown what is not known yet", () => {
    const build = { context, args: { APP_VERSION: unknown } };
    const { inputs, problems } = checkImage({ imageName: unknown, build });
    expect(problems).toEqual([]);
    expect(objectAt(inputs, "build")?.contextDigest).toBeDefined();
    expect(isBuildable(inputs)).toBe(false);

    const later = checkImage({ imageName, build: { context: unknown } });
    expect(later.problems).toEqual([]);
    expect(later.inputs.build).toEqual({ context: unknown, platform: hostPlatform });
    expect(checkImage({ imageName, build: unknown }).inputs.build).toBe(unknown);
  });

  test.each([
    [{ imageName: "echo:v1", build: { context } }, 'imageName: "echo:v1" names no registry to push to'],
    [{ build: { context } }, "imageName: expected the image's name"],
    [{ imageName, build: { context: "no/such" } }, 'build.context: "no/such" is not a folder'],
    [{ imageName, build: { context, dockerfile: "src/app.ts" } }, `is "${context}/src/app.ts" meant?`],
    [
      { imageName, build: { context, cacheFrom: { images: [] } } },
      "build.cacheFrom: this substitute of the Docker plugin",
    ],
    [{ imageName, build: { context, builderVersion: "3" } }, 'build.builderVersion: "3" is not one of BuilderV1'],
    [{ imageName, build: { context }, triggers: [] }, "triggers: this substitute of the Docker plugin"],
    [{ imageName, build: context }, "build: expected an object"],
  ])("refuse %j", (news, problem) => {
    expect(checkImage(news).problems.join("\n")).toContain(problem);
  });

  test("need no registry in the name where nothing is pushed, or the registry is named apart", () => {
    expect(checkImage({ imageName: "echo:v1", build: { context }, skipPush: true }).problems).toEqual([]);
    expect(checkImage({ imageName: "echo:v1", build: { context }, registry: { server: "r.test" } }).problems).toEqual(
      [],
    );
  });

  test("become an image to build", () => {
    const build = { context, platform: "linux/arm64", target: "run", network: "host", addHosts: ["a:1.2.3.4"] };
    const registry = { server: "r.test", username: "u", password: "p" };
    const { inputs } = checkImage({ imageName, build, registry, skipPush: true, buildOnPreview: true });
    expect(imageOf(inputs)).toEqual({
      ...{ imageName, registry, context, args: {}, builderVersion: "", skipPush: true, buildOnPreview: true },
      ...{ dockerfile: `${context}/Dockerfile`, platform: "linux/arm64", target: "run", network: "host" },
      addHosts: ["a:1.2.3.4"],
    });
  });
});

describe("the difference of inputs", () => {
  const inputs = {
    imageName,
    build: { args: { V: "1" }, contextDigest: "a" },
    registry: { server: "s", password: "p" },
  };

  test("is by path, and replaces nothing", () => {
    const news = { ...inputs, build: { args: { V: "2" }, contextDigest: "b", target: "t" } };
    expect(Object.fromEntries(diffInputs(inputs, news))).toEqual({
      "build.args.V": { change: "update", replaces: false },
      "build.contextDigest": { change: "update", replaces: false },
      "build.target": { change: "add", replaces: false },
    });
  });

  test("is none for new credentials, and one for another server", () => {
    expect(diffInputs(inputs, { ...inputs, registry: { server: "s", username: "u", password: "q" } }).size).toBe(0);
    expect([...diffInputs(inputs, { ...inputs, registry: { server: "t" } }).keys()]).toEqual(["registry.server"]);
  });
});
