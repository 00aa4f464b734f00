import type { Graph, GraphEdge, GraphNode } from "./graph.ts";

/** The graph as a flowchart of Mermaid, which GitHub, GitLab and others draw in a Markdown block. */
export function mermaidOf({ title, nodes, edges }: Graph): string {
  const numbers = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const faulty = new Set(nodes.flatMap(({ id, fault }) => (fault === undefined ? [] : [id])));
  const number = (id: string): string => numbers.get(id) ?? "";
  return [
    "flowchart TB",
    `  accTitle: ${title.replaceAll(/[^\w ,./-]/g, "_")}`,
    ...nodes.map((node) => `  ${number(node.id)}${shapeOf(node)}${node.fault === undefined ? "" : ":::fault"}`),
    ...edges.map((edge) => `  ${number(edge.from)} ${arrowOf(edge, faulty)} ${number(edge.to)}`),
    "  classDef fault stroke-dasharray: 5 4",
    "",
  ].join("\n");
}

function shapeOf({ kind, name, lines, fault, role }: GraphNode): string {
  const text = [
    `<b>${escaped(kind)}</b>`,
    ...[name, ...lines, ...(fault === undefined ? [] : [fault])].map(escaped),
  ].join("<br/>");
  return role === "entry" ? `(["${text}"])` : role === "pod" ? `("${text}")` : `["${text}"]`;
}

function arrowOf({ kind, labels, to }: GraphEdge, faulty: ReadonlySet<string>): string {
  const arrow = kind === "part" ? "---" : faulty.has(to) ? "-.->" : "-->";
  return labels.length === 0 ? arrow : `${arrow}|"${labels.map(escaped).join("<br/>")}"|`;
}

/** Mermaid reads the code of a character between # and ; and takes much else for its own. %% begins a comment. */
const escaped = (text: string): string =>
  text.toWellFormed().replaceAll(/%(?=%)|[^\w %,.:/=-]/gu, (character) => `#${character.codePointAt(0)};`);
