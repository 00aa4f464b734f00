import type { Words } from "./words.ts";

/** How much of a foreign text is shown in a sentence, and in a line of a block. */
const longestQuoted = 200;
const longestLine = 1_000;

/**
 * Characters that a reader does not see or that turn the text around: shown by their number. A line of a block may have tabs. Built by
 * numbers, for the source would hold characters that nobody sees.
 */
const hidden = new RegExp(
  `[${[
    [0x00, 0x08],
    [0x0b, 0x1f],
    [0x7f, 0x9f],
    [0x200b, 0x200f],
    [0x2028, 0x202e],
    [0x2060, 0x2069],
    [0xfeff, 0xfeff],
  ]
    .map(([from = 0, to = 0]) => `\\u{${from.toString(16)}}-\\u{${to.toString(16)}}`)
    .join("")}]`,
  "gu",
);
const visible = (text: string): string =>
  text.toWellFormed().replaceAll(hidden, (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);

/** The first characters of a text, whole ones. */
const beginningOf = (text: string, longest: number): string => {
  const characters = [...text];
  const more = characters.length - longest;
  return more > 0 ? `${characters.slice(0, longest).join("")}… (${more} more)` : text;
};

/**
 * A foreign text within a sentence, as a code span: in one neither Markdown nor HTML is read, and nobody is mentioned. Its fence is longer
 * than any run of backticks inside; line ends are shown by a sign.
 */
export function codeSpan(text: string): string {
  const line = beginningOf(visible(text.replaceAll(/\r\n|[\r\n]/g, "⏎")), longestQuoted);
  if (line.trim() === "") return line === "" ? "(empty)" : "(blank)";
  const fence = "`".repeat(longestRun(line) + 1);
  const space = line.startsWith("`") || line.endsWith("`") || (line.startsWith(" ") && line.endsWith(" ")) ? " " : "";
  return `${fence}${space}${line}${space}${fence}`;
}

/** A sentence as Markdown. What is ours is Markdown already. */
export const inMarkdown = (sentence: Words): string =>
  sentence.map((piece) => (typeof piece === "string" ? piece : codeSpan(piece.quoted))).join("");

/** The fence around a block of these lines, and the lines as they may stand in it. */
export function fenced(lines: readonly string[], language: string): { open: string; lines: string[]; close: string } {
  const shown = lines
    .flatMap((line) => line.split(/\r\n|[\r\n]/))
    .map((line) => beginningOf(visible(line), longestLine));
  const fence = "`".repeat(shown.reduce((longest, line) => Math.max(longest, longestRun(line) + 1), 3));
  return { open: `${fence}${language}`, lines: shown, close: fence };
}

const longestRun = (text: string): number =>
  [...text.matchAll(/`+/g)].reduce((longest, [run]) => Math.max(longest, run.length), 0);
