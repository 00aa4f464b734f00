import { describe, expect, test } from "@jest/globals";
import { framesOf } from "../../../docs/terminal/frames.ts";
import { renderTerminal } from "../../../docs/terminal/render.ts";

const size = { columns: 20, rows: 3 };
const textOf = ({ lines }: { readonly lines: readonly (readonly { readonly text: string }[])[] }) =>
  lines.map((spans) => spans.map(({ text }) => text).join("|"));

describe("the frames of a terminal", () => {
  test("are what it shows: lines that are written over, scrolled away, bold, dim and coloured", async () => {
    const frames = await framesOf(
      [
        { at: 0, text: "one\r\n\u001b[1mtwo\u001b[0m \u001b[2;32mok" },
        { at: 1, text: "\u001b[0m\r\u001b[2K\u001b[1A\u001b[2Knew" },
        { at: 2, text: "\r\na\r\nb\r\nc" },
      ],
      size,
    );
    expect(frames.map(textOf)).toEqual([
      ["one", "two|ok", ""],
      ["new", "", ""],
      ["a", "b", "c"],
    ]);
    expect(frames[0]?.lines[1]).toEqual([
      { column: 0, text: "two", isBold: true, isDim: false, colour: undefined },
      { column: 4, text: "ok", isBold: false, isDim: true, colour: 2 },
    ]);
  });

  test("do not come faster than eyes see, leave out what changes nothing, and cut waits short", async () => {
    const letters = [..."type"].map((text, index) => ({ at: index * 0.04, text }));
    const frames = await framesOf([...letters, { at: 1, text: "" }, { at: 60, text: "!" }], size);
    expect(frames.map(({ lines: [first], seconds }) => [first?.[0]?.text, seconds])).toEqual([
      ["type", 1.5],
      ["type!", 6],
    ]);
  });
});

describe("the film", () => {
  test("writes a line once, jumps from frame to frame, and stands at its end for who wants no motion", async () => {
    const frames = await framesOf(
      [
        { at: 0, text: "$ <b>&" },
        { at: 1, text: "\r\nback" },
      ],
      size,
    );
    const svg = renderTerminal(frames, size, { title: "A film", description: "It goes back." });
    expect(svg.match(/&lt;b&gt;&amp;/g)).toHaveLength(1);
    expect(svg.match(/<use href="#l0"/g)).toHaveLength(2);
    expect(svg).toContain(
      "@keyframes film{0%{transform:translateY(0px)}14.286%{transform:translateY(-82px)}100%{transform:translateY(-82px)}}",
    );
    expect(svg).toContain(".film{transform:translateY(-82px);animation:film 7s step-end infinite}");
    expect(svg).toContain("(prefers-reduced-motion:reduce){.film{animation:none}}");
    expect(svg).toMatch(/<title id="title">A film<\/title>\n<desc id="desc">It goes back.<\/desc>/);
  });
});
