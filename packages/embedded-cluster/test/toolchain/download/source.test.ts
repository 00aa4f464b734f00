import { describe, expect, test } from "@jest/globals";
import { chooseSource, forMachine } from "../../../src/toolchain/download/release.ts";
import { recipes } from "../../../src/toolchain/recipes/recipes.ts";
import { network, publisher, serve, sha256 } from "./servers.ts";

describe("the source of a tool", () => {
  const release = (url: string, cpu = "x64") => ({ url, sha256: { [cpu]: sha256 }, file: "tool" });
  const choose = (...urls: string[]) =>
    chooseSource(
      urls.map((url) => release(url)),
      network(),
      "x64",
    );

  test("is the download where every release answers", async () => {
    const place = await serve(publisher());
    const url = `${place}/tool-{arch}`;
    expect(await choose(url, url)).toEqual({
      releases: [
        { url: `${place}/tool-amd64`, sha256, file: "tool" },
        { url: `${place}/tool-amd64`, sha256, file: "tool" },
      ],
      why: `from ${new URL(place).host}`,
    });
  });

  test("is the module where one does not, and it is said why", async () => {
    const [good, missing, slow] = [
      await serve(publisher()),
      await serve((_, response) => response.writeHead(404).end()),
      await serve(() => {}),
    ];
    const host = (place: string) => new URL(place).host;
    expect(await choose(good, missing)).toEqual({ why: `${host(missing)} answers with HTTP 404` });
    expect(await choose(slow)).toEqual({ why: `${host(slow)} cannot be used: it did not answer within 0.3 s` });
    expect(await choose("http://127.0.0.1:1/tool")).toEqual({
      why: "127.0.0.1:1 cannot be used: it refuses connections",
    });
    expect(await choose("http://nowhere.invalid/tool")).toEqual({
      why: "nowhere.invalid cannot be used: its name cannot be resolved",
    });
  });

  test("is the module where no checksum is pinned for this machine", async () => {
    const unpinned = { why: "no checksum of a release is pinned" };
    expect(await chooseSource(undefined, network(), "x64")).toEqual(unpinned);
    expect(await chooseSource([release("http://127.0.0.1:1/tool", "arm64")], network(), "x64")).toEqual(unpinned);
  });
});

test("addresses name the machine as upstream does", () => {
  expect(forMachine("{arch}/{cpu}", "x64")).toBe("amd64/x64");
  expect(forMachine("{arch}/{cpu}", "arm64")).toBe("arm64/arm64");
});

test("every release is pinned for both processors", () => {
  const releases = recipes.flatMap((recipe) => recipe.releases ?? []);
  expect(releases.length).toBeGreaterThan(0);
  for (const release of releases) {
    expect(Object.keys(release.sha256).sort()).toEqual(["arm64", "x64"]);
    for (const hash of Object.values(release.sha256)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  }
});
