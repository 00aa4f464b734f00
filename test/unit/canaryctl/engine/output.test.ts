import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { errorsIn, isNoise, LineSplitter } from "../../../../canaryctl/src/engine/output.ts";

describe("isNoise", () => {
  test.each(["", "   ", "@ updating....", "@ updating", "Updating (dev):", "Destroying (dev):"])("%j is", (line) => {
    expect(isNoise(line)).toBe(true);
  });
  test.each([" +  pulumi:pulumi:Stack canary-lab-dev creating (0s) ", "error: x", "Resources:"])(
    "%j is not",
    (line) => {
      expect(isNoise(line)).toBe(false);
    },
  );
});

test("errorsIn keeps each message once, and not the engine's summary", () => {
  const lines = [
    "Diagnostics:",
    "  kubernetes:core/v1:Service (x):",
    "    error: no such thing ",
    "    error: no such thing",
    "error: update failed",
  ];
  expect(errorsIn(lines)).toEqual(["no such thing"]);
});

test("errorsIn keeps the lines that belong to an error, and no more", () => {
  const lines = [
    "Diagnostics:",
    "  kubernetes:helm.sh/v3:Release (istiod):",
    "    error: 1 error occurred:",
    "    \t* Helm release istio-system/istiod: timed out",
    "    \t  the pod istiod-1 cannot pull its image",
    "    ",
    "    and a hint that is left out",
    "  pulumi:pulumi:Stack (canary-lab-dev):",
    "    error: update failed",
  ];
  expect(errorsIn(lines)).toEqual([
    "1 error occurred:\n    * Helm release istio-system/istiod: timed out\n    the pod istiod-1 cannot pull its image",
  ]);
});

test("LineSplitter gives the same lines however the text is cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z ]*$/)),
      fc.infiniteStream(fc.integer({ min: 1, max: 5 })),
      (lines, cuts) => {
        const text = lines.map((line) => `${line}\n`).join("");
        const seen: string[] = [];
        const splitter = new LineSplitter((line) => seen.push(line));
        for (let at = 0; at < text.length; ) {
          const length = cuts.next().value as number;
          splitter.push(text.slice(at, at + length));
          at += length;
        }
        splitter.end();
        expect(seen).toEqual(lines);
      },
    ),
  );
});

test("LineSplitter does not lose a last line without an end", () => {
  const seen: string[] = [];
  const splitter = new LineSplitter((line) => seen.push(line));
  splitter.push("a\r\nb");
  splitter.end();
  splitter.end();
  expect(seen).toEqual(["a", "b"]);
});
