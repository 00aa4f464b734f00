/** An element of a page. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (Element | string)[];
}

const withoutEnd = new Set(["meta", "br", "!doctype"]);
const token = /<(\/?)([!a-zA-Z][\w-]*)((?:\s+[\w:-]+(?:="[^"<>]*")?)*)\s*(\/?)>|([^<]+)|(<)/g;

/** Reads a page that must be well-formed, stricter than a browser. @throws Error at the first tag that is not */
export function parsePage(text: string): readonly (Element | string)[] {
  const root: Element = { name: "", attributes: {}, children: [] };
  const open = [root];
  for (const [all, end, name = "", attributes = "", closed, words, stray] of text.matchAll(token)) {
    const parent = open.at(-1) as Element;
    if (stray) throw new Error(`a stray < in ${parent.name}`);
    if (words !== undefined) parent.children.push(decoded(words));
    else if (end) {
      if (open.pop()?.name !== name) throw new Error(`${all} closes ${parent.name}`);
    } else {
      const element: Element = { name, attributes: attributesIn(attributes), children: [] };
      parent.children.push(element);
      if (!closed && !withoutEnd.has(name)) open.push(element);
    }
  }
  if (open.length !== 1) throw new Error(`${open.at(-1)?.name} is not closed`);
  return root.children;
}

const attributesIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)].map(([, name = "", value = ""]) => [name, decoded(value)]),
  );

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };

function decoded(text: string): string {
  return text.replace(/&([^;]*;?)/g, (all, name: string) => {
    const character = entities[name.slice(0, -1)];
    if (character === undefined) throw new Error(`${all} is no entity`);
    return character;
  });
}

export const textOf = (node: Element | string | undefined): string =>
  typeof node === "object" ? node.children.map(textOf).join("") : (node ?? "");

/** All elements below, in the order of the page. */
export const elementsIn = (nodes: readonly (Element | string)[]): readonly Element[] =>
  nodes.flatMap((node) => (typeof node === "string" ? [] : [node, ...elementsIn(node.children)]));
