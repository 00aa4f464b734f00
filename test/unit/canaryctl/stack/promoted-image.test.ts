import { describe, expect, test } from "@jest/globals";
import { isOutOfReach, promotedImage } from "../../../../canaryctl/src/stack/promotion.ts";

const digest = `sha256:${"a".repeat(64)}`;
/** A registry with one address. */
const at = (address: string | undefined) => (address === undefined ? undefined : { push: address, pull: address });
const running = (image: string) => ({ role: "stable", version: "v2", image, digest });

describe("the image of a promotion", () => {
  test.each([
    [
      "within one registry",
      `r:5000/lab/versioned-echo@${digest}`,
      { from: "r:5000/lab", to: "r:5000/lab" },
      "r:5000/lab/versioned-echo",
      undefined,
    ],
    [
      "to a stack without a registry",
      `r:5000/versioned-echo@${digest}`,
      { from: "r:5000", to: undefined },
      "r:5000/versioned-echo",
      undefined,
    ],
    [
      "from elsewhere",
      `quay.io/x/versioned-echo@${digest}`,
      { from: "r:5000", to: "s" },
      "quay.io/x/versioned-echo",
      undefined,
    ],
    [
      "from a registry of a like name",
      `r:50001/versioned-echo@${digest}`,
      { from: "r:5000", to: "s" },
      "r:50001/versioned-echo",
      undefined,
    ],
    [
      "to another registry",
      `r:5000/versioned-echo@${digest}`,
      { from: "r:5000", to: "s/team" },
      "s/team/versioned-echo",
      { from: `r:5000/versioned-echo@${digest}`, to: "s/team/versioned-echo:promoted-aaaaaaaaaaaa" },
    ],
    [
      "onward",
      `s/team/versioned-echo:v2@${digest}`,
      { from: "s/team", to: "t" },
      "t/versioned-echo",
      { from: `s/team/versioned-echo@${digest}`, to: "t/versioned-echo:promoted-aaaaaaaaaaaa" },
    ],
  ])("%s", (_case, image, { from, to }, repository, copy) => {
    const promoted = promotedImage(running(image), "versioned-echo:v2", { from: at(from), to: at(to) });
    expect(promoted).toEqual({ reference: `${repository}:v2@${digest}`, digest, copy });
  });

  test.each(["versioned-echo", "r:5000/versioned-echo:latest"])("%s is copied to a tag of its own", (stableImage) => {
    const registries = { from: at("r:5000"), to: at("s") };
    const { copy } = promotedImage(running(`r:5000/versioned-echo@${digest}`), stableImage, registries);
    expect(copy?.to).toBe("s/versioned-echo:promoted-aaaaaaaaaaaa");
  });

  test.each([
    ["localhost:5001/echo", undefined, true],
    ["127.0.0.1:5001/echo", undefined, true],
    ["127.0.0.2:5001/echo", "s", true],
    ["[::1]:5001/echo", undefined, true],
    ["localhost:5001/echo", "localhost:5001", false],
    ["localhost.example/echo", undefined, false],
    ["quay.io/x/echo", undefined, false],
  ])("%s is out of reach of another cluster whose registry is %s: %s", (image, to, isOut) => {
    const promoted = promotedImage(running(image), "echo:v2", { from: undefined, to: at(to) });
    expect(isOutOfReach(promoted, at(to))).toBe(isOut);
  });

  test("is in reach where it is copied", () => {
    const registries = { from: at("localhost:5001"), to: at("s") };
    expect(isOutOfReach(promotedImage(running("localhost:5001/echo"), "echo:v2", registries), at("s"))).toBe(false);
  });

  test("is copied by the machines' names of the registries, and pulled by the nodes'", () => {
    const registries = { from: { push: "localhost:5000", pull: "k3d-a:5000" }, to: { push: "s", pull: "s.internal" } };
    expect(promotedImage(running(`k3d-a:5000/versioned-echo@${digest}`), "versioned-echo:v2", registries)).toEqual({
      reference: `s.internal/versioned-echo:v2@${digest}`,
      digest,
      copy: {
        from: `localhost:5000/versioned-echo@${digest}`,
        to: "s/versioned-echo:promoted-aaaaaaaaaaaa",
      },
    });
  });

  test("has no tag where the config names none, and a port is no tag", () => {
    expect(promotedImage(running("r:5000/x/echo"), "r:5000/x/echo", { from: undefined, to: at("s") }).reference).toBe(
      `r:5000/x/echo@${digest}`,
    );
  });
});
