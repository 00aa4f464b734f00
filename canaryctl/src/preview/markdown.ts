import { stringify } from "yaml";
import { costWords } from "./cost.ts";
import type { PreviewDigest } from "./digest.ts";
import { type Block, fitTo } from "./fit.ts";
import { fenced, inMarkdown } from "./markdown-escape.ts";
import type { ResourceChange } from "./resources.ts";
import { headline, noChange, summaryOf } from "./summary.ts";
import type { ValueChange } from "./value-changes.ts";
import { type Words, words } from "./words.ts";

/** Bytes. GitHub takes 65,536 characters; what posts the text puts a marker in front of it. */
export const longestText = 64_000;

const ranks = { head: 0, risks: 1, resources: 2, details: 3 } as const;

/**
 * Previews as one Markdown text: the traffic of each stack first, then what is risky, the resources, and folded away the values. Where it
 * would be longer than `longest`, what matters least is cut at ends of lines, and the text says so.
 */
export function previewMarkdown(digests: readonly PreviewDigest[], longest = longestText): string {
  const isQuiet = digests.every(
    ({ outcome, notCompared, warnings }) => outcome === "no-change" && !notCompared && warnings.length === 0,
  );
  if (isQuiet) return `${inMarkdown(noChange(digests))}\n`;
  const head: Block = {
    rank: ranks.head,
    open: [`### ${headline(digests)}`, ""],
    lines: digests.map((digest) => `- ${inMarkdown(summaryOf(digest))}`),
  };
  return `${fitTo([head, ...digests.flatMap(blocksOf)], longest - 1)}\n`;
}

function blocksOf(digest: PreviewDigest): readonly Block[] {
  const { stack, outcome, errors, risks, cost, config, resources, warnings, notCompared } = digest;
  const of = inMarkdown(words`${stack}`);
  const failure = errors.length > 0 ? [errorBlock(of, digest)] : [];
  // What came before the end of a preview that could not be made is about the place where it was tried.
  if (outcome === "not-made") return failure;
  const isWhole = errors.length === 0;
  const settings = config.map(({ key, applied, wanted }) => words`${key} ${given(applied)} -> ${given(wanted)}`);
  const notes = notCompared === null ? warnings.map(noted) : [notComparedText(notCompared), ...warnings.map(noted)];
  const seen = isWhole ? "resources" : "resources, as far as the preview came";
  return [
    ...failure,
    ...section(
      ranks.risks,
      `#### ${of}: risks`,
      risks.map(({ text }) => text),
    ),
    ...section(ranks.resources, `#### ${of}: cost`, cost ? [costWords(cost)] : []),
    ...section(ranks.resources, `#### ${of}: config`, settings),
    ...section(ranks.resources, `#### ${of}: ${seen}`, resources.map(resourceText)),
    ...section(ranks.resources, `#### ${of}: notes`, notes),
    ...(isWhole ? detailBlock(of, resources) : []),
  ];
}

const noted = (warning: string): Words => words`${warning}`;

const notComparedText = (why: string): Words =>
  words`What was changed by hand is not seen where the cluster was not compared with the state: ${why}`;

const given = (value: string | undefined): Words => (value === undefined ? ["not set"] : words`${value}`);

function section(rank: number, title: string, lines: readonly Words[]): readonly Block[] {
  if (lines.length === 0) return [];
  return [{ rank, open: ["", title, ""], lines: lines.map((line) => `- ${inMarkdown(line)}`) }];
}

function errorBlock(of: string, { outcome, errors }: PreviewDigest): Block {
  const { open, lines, close } = fenced(errors.join("\n").split("\n"), "text");
  const title = outcome === "refused" ? "what refuses it" : "what it said";
  return { rank: ranks.risks, open: ["", `#### ${of}: ${title}`, "", open], lines, close: [close] };
}

const signs = { create: "+", update: "~", replace: "±", delete: "-", import: "=" } as const;

const resourceText = ({ operation, kind, id, values, isKept }: ResourceChange): Words => {
  const name = words`${signs[operation]} ${`${kind} ${id}`}`;
  if (operation === "delete") return isKept ? [...name, ", stays in the cluster"] : name;
  if (operation !== "update") return name;
  if (values.length === 0) return [...name, ": its note of the applied config"];
  const [first] = values;
  if (values.length === 1 && first)
    return [...name, ": ", ...words`${first.path} ${short(first.before)} -> ${short(first.after)}`];
  return [...name, `: ${values.length} fields`];
};

const short = (value: unknown): string => {
  if (value === undefined) return "absent";
  return typeof value === "string" ? value : JSON.stringify(value);
};

/** Folded away, as a diff: the signs stand in the first column, so that they are coloured. */
function detailBlock(of: string, resources: readonly ResourceChange[]): readonly Block[] {
  const all = resources.filter(({ values }) => values.length > 0).flatMap(diffLines);
  if (all.length === 0) return [];
  const { open, lines, close } = fenced(all, "diff");
  return [
    {
      rank: ranks.details,
      open: ["", `<details><summary>${of.replaceAll("`", "")}: values</summary>`, "", open],
      lines,
      close: [close, "", "</details>"],
    },
  ];
}

const diffLines = ({ operation, kind, id, values }: ResourceChange): readonly string[] => [
  `@@ ${signs[operation]} ${kind} ${id} @@`,
  ...values.flatMap(valueLines),
];

function valueLines({ path, before, after, replaces }: ValueChange): readonly string[] {
  const note = replaces ? " (replaces the object)" : "";
  return [...side("-", path, before, note), ...side("+", path, after, note)];
}

/** A value of several lines gets a line of its own for each, with the sign in front. */
function side(sign: string, path: string, value: unknown, note: string): readonly string[] {
  if (value === undefined) return [];
  const text = (typeof value === "string" ? value : stringify(value, { lineWidth: 0 })).replace(/\n$/, "");
  if (!/[\r\n]/.test(text)) return [`${sign} ${path}: ${text}${note}`];
  return [`${sign} ${path}:${note}`, ...text.split(/\r\n|[\r\n]/).map((line) => `${sign}   ${line}`)];
}
