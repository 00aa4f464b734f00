import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { errorsIn, LineSplitter } from "../../../../canaryctl/src/engine/output.ts";

test("errorsIn keeps each message at the margin once", () => {
  const lines = [
    "warning: old",
    "error: no stack named 'x' found",
    "  error: part of a text",
    "error: no stack named 'x' found",
  ];
  expect(errorsIn(lines)).toEqual(["no stack named 'x' found"]);
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
