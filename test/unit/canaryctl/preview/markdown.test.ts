import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { fitTo, sizeOf } from "../../../../canaryctl/src/preview/fit.ts";
import { longestText, previewMarkdown } from "../../../../canaryctl/src/preview/markdown.ts";
import { codeSpan, fenced } from "../../../../canaryctl/src/preview/markdown-escape.ts";
import { codePoint } from "../code-point.ts";
import { digestOfLines, recorded, recordings, stepEvent, succeeded } from "./recordings.ts";

const changed = (before: object, after: object) =>
  previewMarkdown([digestOfLines([stepEvent({ op: "update", before, after }), succeeded])]);

/** The text without code: what is left is read as Markdown and HTML. The code is found as CommonMark does: by fences of one length. */
const withoutCode = (text: string): string =>
  text.replaceAll(/^(`{3,})[a-z]*\n[\s\S]*?^\1$/gm, "").replaceAll(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, "");

describe("a foreign text stays a text", () => {
  test.each([
    ["a mention", "@octocat and @org/team"],
    ["a reference", "fixes #12, owner/repo#3, GH-4"],
    ["a link", "[click](https://evil.example) https://evil.example"],
    ["an image", "![x](https://evil.example/pixel.png)"],
    ["HTML", "</details><script>alert(1)</script><img src=x>"],
    ["a comment", "--> <!-- canary-lab:preview -->"],
    ["backticks", "a ``` b ` c `````` d"],
    ["a table", "a | b | c"],
    ["a heading and a list", "x\n# heading\n- item\n/close"],
    ["a fence", "x\n```\n# out of the block\n```\n~~~"],
    ["line ends of all kinds", "a\r\nb\rc\nd"],
  ])("%s", (_, text) => {
    const markdown = changed({ one: "a", [text]: 1 }, { one: text, [text]: 2 });
    const read = withoutCode(markdown);
    for (const sign of ["@", "http", "<script", "<!--", "# heading", "# out", "/close", "octocat"])
      expect(read).not.toContain(sign);
    expect(read.match(/<details>/g)).toHaveLength(1);
    expect(read.match(/<\/details>/g)).toHaveLength(1);
  });

  test("characters that turn a line around, or that nobody sees, are shown by their number", () => {
    expect(codeSpan("a\u202Eb\u200Bc\u0000\u001B[31m")).toBe("`a\\u202eb\\u200bc\\u0000\\u001b[31m`");
  });

  test("half of a character breaks nothing", () => {
    expect(codeSpan("\uD800x")).toBe("`\uFFFDx`");
  });

  test("whatever it is, a span is one line, and its fence is in none of it", () => {
    fc.assert(
      fc.property(fc.string({ unit: codePoint }), (text) => {
        const span = codeSpan(text);
        expect(span).not.toMatch(/[\r\n]/);
        const [fence = ""] = /^`+/.exec(span) ?? [];
        if (fence !== "")
          expect(span.slice(fence.length, -fence.length)).not.toMatch(new RegExp(`(?<!\`)${fence}(?!\`)`));
      }),
    );
  });

  test("whatever is in a block, its fence is longer", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom("`", "a", "\n", " ") })), (texts) => {
        const { close, lines } = fenced(texts, "diff");
        for (const line of lines) expect(line).not.toContain(close);
      }),
    );
  });
});

describe("the length", () => {
  /** Many resources with long values of characters that take four bytes. */
  const long = (resources: number) => ({
    ...digestOfLines([
      ...Array.from({ length: resources }, (_, index) =>
        stepEvent({ op: "update", name: `r${index}`, before: { text: "a" }, after: { text: "𝕏\n".repeat(500) } }),
      ),
      succeeded,
    ]),
  });

  test("stays below the limit, in bytes and so in characters; head and folds are whole, and what is left out is told", () => {
    const text = previewMarkdown([
      { ...long(300), stack: "prod" },
      { ...recorded("namespace"), stack: "dev" },
    ]);
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(longestText);
    expect(text.length).toBeLessThanOrEqual(longestText);
    expect(text).toContain("- **`prod`**: ");
    expect(text).toContain("- **`dev`**: `v2` keeps 10 %");
    expect(text).toMatch(/… \d+ more lines left out/);
    expect(text.match(/^<details>/gm)?.length).toBe(text.match(/^<\/details>$/gm)?.length);
    expect(text.match(/^`{3,}diff$/gm)?.length).toBe(text.match(/^`{3,}$/gm)?.length);
    expect(text.isWellFormed()).toBe(true);
  });

  test("the values go first, the traffic and the risks last", () => {
    const whole = previewMarkdown([recorded("namespace")]);
    const short = previewMarkdown([recorded("namespace")], 3_000);
    expect(whole).not.toContain("left out");
    expect(short).toContain("`Namespace canary-lab` is deleted, with all that is in it");
    expect(short).not.toContain("spec.hosts[1]: versioned-echo.other.test");
  });

  test.each([500, 1_000, 2_000, 5_000, 20_000])("is kept at %d bytes for all recordings at once", (most) => {
    const text = previewMarkdown(
      recordings.map((name) => ({ ...recorded(name), stack: name })),
      most,
    );
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(most);
  });

  test("a small stack keeps its lines beside a big one", () => {
    const block = (lines: number) => ({ rank: 1, lines: Array.from({ length: lines }, (_, index) => `line ${index}`) });
    const text = fitTo([block(10_000), block(10)], 2_000);
    expect(text.endsWith(block(10).lines.join("\n"))).toBe(true);
    expect(sizeOf(text.split("\n"))).toBeLessThanOrEqual(2_000);
  });
});
