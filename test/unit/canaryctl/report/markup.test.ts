import { expect, test } from "@jest/globals";
import * as fc from "fast-check";
import { html, Markup } from "../../../../canaryctl/src/report/markup.ts";
import { parsePage, textOf } from "./page.ts";

test("whatever is put into a page is text there, and nothing else", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (typed) => {
      const [element, ...others] = parsePage(html`<p title="${typed}">${typed}</p>`.text);
      expect(others).toEqual([]);
      expect(element).toMatchObject({ name: "p", attributes: { title: textOf(element) } });
      // But for control characters, which no page may hold.
      if (!/[\p{Cc}\p{Cs}\p{Cn}\u202a-\u202e\u2066-\u2069]/u.test(typed)) expect(textOf(element)).toBe(typed);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ["<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"],
  [`" onload='x'`, "&quot; onload=&#39;x&#39;"],
  ["a\u202eb\u0000c\ud800", "a\ufffdb\ufffdc\ufffd"],
  ["&lt;", "&amp;lt;"],
])("%j is escaped", (typed, written) => expect(html`${typed}`.text).toBe(written));

test("markup stays markup, alone and in lists", () => {
  expect(html`<b>${html`<i>${1}</i>`}</b>${["<", ">"].map((each) => html`${each}`)}${new Markup("<br>")}`.text).toBe(
    "<b><i>1</i></b>&lt;&gt;<br>",
  );
});
