import { html, Markup } from "../../canaryctl/src/report/markup.ts";
import type { Frame, Span } from "./frames.ts";
import type { TerminalSize } from "./record.ts";

// In units of the drawing.
const letter = { width: 7.8, height: 18 };
const padding = 14;

/** Of a terminal, from black to bright white. Each is light enough to be read on the dark ground. */
const colours = [
  ...["#8b949e", "#ff8b82", "#56d364", "#e3b341", "#6cb6ff", "#d2a8ff", "#56d4dd", "#e6eaef"],
  ...["#a0abb8", "#ffa198", "#7ee787", "#f2cc60", "#79c0ff", "#e2c5ff", "#76e3ea", "#ffffff"],
];

const style = `text{font:13px ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace;fill:#d7dde4;white-space:pre}
.bold{font-weight:700;fill:#fff}.dim{opacity:.75}
${colours.map((colour, index) => `.c${index}{fill:${colour}}`).join("")}
`;

/**
 * A film of a terminal as SVG: it needs no script, and plays in an `<img>`, too. Who wants no motion sees its end.
 *
 * @param words title, and what happens in it for those who do not see it
 */
export function renderTerminal(
  frames: readonly Frame[],
  { columns, rows }: TerminalSize,
  words: { readonly title: string; readonly description: string },
): string {
  const [width, height] = [Math.ceil(columns * letter.width + 2 * padding), rows * letter.height + 2 * padding];
  const lines = new Map<string, number>(); // a line that stands in many frames is written once
  const drawn = frames.map((frame, index) => renderFrame(frame, index * height, lines));
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title desc">
<title id="title">${words.title}</title>
<desc id="desc">${words.description}</desc>
<style>${new Markup(style + motionOf(frames, height))}</style>
<defs>${[...lines].map(([line, number]) => html`<text id="l${number}">${new Markup(line)}</text>`)}</defs>
<rect width="100%" height="100%" rx="8" fill="#0f1318"/>
<g class="film">
${drawn}
</g>
</svg>
`.text;
}

function renderFrame({ lines }: Frame, top: number, known: Map<string, number>): Markup {
  const used = lines.flatMap((spans, row) => {
    if (spans.length === 0) return [];
    const { text } = html`${spans.map(renderSpan)}`;
    const number = known.get(text) ?? known.size;
    known.set(text, number);
    return [html`<use href="#l${number}" x="${padding}" y="${top + padding + row * letter.height + 13}"/>`];
  });
  return html`<g>${used}</g>\n`;
}

/** Its width is told, so that columns stand under each other in any font. */
function renderSpan({ column, text, isBold, isDim, colour }: Span): Markup {
  const look = [isBold && "bold", isDim && "dim", colour !== undefined && `c${colour}`].filter(Boolean).join(" ");
  const x = Math.round(column * letter.width * 10) / 10;
  return html`<tspan class="${look}" x="${x}" textLength="${Math.round(text.length * letter.width * 10) / 10}">${text}</tspan>`;
}

/** The frames stand below each other, and the film jumps from one to the next. */
function motionOf(frames: readonly Frame[], height: number): string {
  const total = frames.reduce((sum, { seconds }) => sum + seconds, 0);
  let at = 0;
  const jumps = frames.map(({ seconds }, index) => {
    const share = Math.round((at / total) * 100_000) / 1000;
    at += seconds;
    return `${share}%{transform:translateY(${-index * height}px)}`;
  });
  const end = `transform:translateY(${-(frames.length - 1) * height}px)`;
  return `.film{${end};animation:film ${Math.round(total * 100) / 100}s step-end infinite}
@keyframes film{${jumps.join("")}100%{${end}}}
@media (prefers-reduced-motion:reduce){.film{animation:none}}
`;
}
