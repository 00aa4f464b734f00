import { type EdgeLabel, Graph as Layout, layout, type NodeLabel } from "@dagrejs/dagre";
import { html, type Markup } from "../report/markup.ts";
import { tokens } from "../report/style.ts";
import type { Graph, GraphEdge, GraphNode } from "./graph.ts";

// In units of the drawing. A letter of a monospaced font is 0.6 of its size wide, whichever font that is.
const letter = { width: 7.3, height: 17 };
const padding = { x: 12, y: 8 };
const margin = 16;
/** Letters in a line: what is longer goes on in the next one. */
const longest = 24;

const style = `${tokens}.paper{fill:var(--paper)}text{font:12px ui-monospace,Menlo,Consolas,DejaVu Sans Mono,monospace;fill:var(--ink);text-anchor:middle}
.kind{fill:var(--soft)}.name{font-weight:600}.fault text.why{fill:var(--fail)}
rect.box{fill:var(--card);stroke:var(--soft)}.entry .box{stroke:var(--soft)}.route .box{stroke:var(--canary);stroke-width:2}.service .box{stroke:var(--stable)}.pod .box{stroke:var(--pass)}
.fault .box{stroke:var(--fail);stroke-dasharray:5 4}
path{fill:none;stroke:var(--soft);stroke-width:.75}path.traffic,path.broken{stroke-width:1.5}path.broken{stroke:var(--fail);stroke-dasharray:5 4}
marker path{fill:var(--soft);stroke:none}marker.broken path{fill:var(--fail)}
.label rect{fill:var(--paper)}.label text{font-weight:600}`;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The graph as an SVG file, light or dark as the reader has it. It needs no network, and runs no script. */
export function svgOf(graph: Graph): string {
  const placed = place(graph);
  const { width = 0, height = 0 } = placed.graph();
  const faulty = new Set(graph.nodes.flatMap(({ id, fault }) => (fault === undefined ? [] : [id])));
  const drawn = graph.edges.map((edge) => ({ edge, at: placed.edge(edge.from, edge.to) }));
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" width="${round(width)}" height="${round(height)}" role="img" aria-labelledby="title desc">
<title id="title">${graph.title}</title>
<desc id="desc">${descriptionOf(graph)}</desc>
<style>${style}</style>
<defs>${["traffic", "broken"].map((name) => html`<marker id="${name}" class="${name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z"/></marker>`)}</defs>
<rect class="paper" width="100%" height="100%"/>
${drawn.map(({ edge, at }) => line(edge, at.points, faulty.has(edge.to)))}
${graph.nodes.map((node) => box(node, placed.node(node.id)))}
${drawn.flatMap(({ edge, at }) => (edge.labels.length === 0 ? [] : [label(edge, at)]))}
</svg>
`.text;
}

function place({ nodes, edges }: Graph): Layout {
  const graph = new Layout();
  graph.setGraph({ rankdir: "TB", nodesep: 24, edgesep: 16, ranksep: 36, marginx: margin, marginy: margin });
  // The layout puts what it is given last on the left: there stands the stable side.
  for (const node of nodes.toSorted((one, other) => other.id.localeCompare(one.id)))
    graph.setNode(
      node.id,
      sizeOf(
        textOf(node).map(({ text }) => text),
        padding,
      ),
    );
  for (const { from, to, labels } of edges)
    graph.setEdge(from, to, { ...sizeOf(labels, { x: 4, y: 1 }), labelpos: "c" });
  layout(graph);
  return graph;
}

const sizeOf = (lines: readonly string[], around: Point): { readonly width: number; readonly height: number } =>
  lines.length === 0
    ? { width: 0, height: 0 }
    : {
        width: Math.max(...lines.map(({ length }) => length)) * letter.width + 2 * around.x,
        height: lines.length * letter.height + 2 * around.y,
      };

/** The lines of a node, each with its class. */
function textOf({
  kind,
  name,
  lines,
  fault,
}: GraphNode): readonly { readonly text: string; readonly className: string }[] {
  const all = (texts: readonly string[], className: string) =>
    texts.flatMap(wrapped).map((text) => ({ text, className }));
  return [
    ...all([kind], "kind"),
    ...all([name], "name"),
    ...all(lines, "more"),
    ...all(fault === undefined ? [] : [fault], "why"),
  ];
}

/** At blanks, and behind the hyphens of names. */
function wrapped(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.match(/[^\s-]*(?:-|\s+|$)/g) ?? []) {
    const last = lines.at(-1);
    if (last !== undefined && (last + word).trimEnd().length <= longest) lines[lines.length - 1] = last + word;
    else if (word !== "") lines.push(word);
  }
  return lines.map((one) => one.trimEnd());
}

const textLines = (
  lines: readonly { readonly text: string; readonly className: string }[],
  { x, y }: Point,
): readonly Markup[] =>
  lines.map(({ text, className }, index) => {
    const top = y + (index - (lines.length - 1) / 2) * letter.height;
    return html`<text class="${className}" x="${round(x)}" y="${round(top + 4)}">${text}</text>`;
  });

function box(node: GraphNode, { x, y, width, height }: NodeLabel): Markup {
  const { id, role, fault } = node;
  const radius = role === "entry" ? height / 2 : role === "pod" ? 10 : 3;
  return html`<g class="${role}${fault === undefined ? "" : " fault"}"><title>${id}</title><rect class="box" x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${round(height)}" rx="${round(Math.min(radius, 24))}"/>${textLines(textOf(node), { x, y })}</g>`;
}

/** Curved between the points of the layout: through the middle of each two. */
function line({ kind }: GraphEdge, [first, ...rest]: readonly Point[], isBroken: boolean): Markup {
  const at = ({ x, y }: Point) => `${round(x)} ${round(y)}`;
  const last = rest.at(-1);
  if (!first || !last) return html``;
  const curves = rest.slice(0, -1).map((point, index) => {
    const next = rest[index + 1] ?? last;
    const end = next === last ? last : { x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 };
    return `Q${at(point)} ${at(end)}`;
  });
  const path = `M${at(first)}${curves.length > 0 ? curves.join("") : `L${at(last)}`}`;
  if (kind === "part") return html`<path d="${path}"/>`;
  const name = isBroken ? "broken" : "traffic";
  return html`<path class="${name}" d="${path}" marker-end="url(#${name})"/>`;
}

function label({ labels }: GraphEdge, { x, y, width, height }: EdgeLabel): Markup {
  return html`<g class="label"><rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${round(height)}"/>${textLines(
    labels.map((text) => ({ text, className: "share" })),
    { x, y },
  )}</g>`;
}

/** What the picture says, for those who do not see it. */
function descriptionOf({ nodes, edges }: Graph): string {
  const shares = edges.flatMap(({ from, to, labels }) =>
    labels.length > 0 ? [`${from} to ${to}: ${labels.join(", ")}`] : [],
  );
  const faults = nodes.flatMap(({ id, fault }) => (fault === undefined ? [] : [`${id} ${fault}`]));
  return [...shares, ...faults].join("; ") || "No weights, and no faults.";
}

const round = (value: number): number => Math.round(value * 10) / 10;
