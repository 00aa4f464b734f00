import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { slug } from "github-slugger";
import { fromMarkdown } from "mdast-util-from-markdown";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";

type Node = ReturnType<typeof fromMarkdown>["children"][number] | ReturnType<typeof fromMarkdown>;

/** A block of code, and what the comment above it says of it. */
export interface Fence {
  readonly place: string;
  readonly language: string;
  readonly text: string;
  readonly mark: string | undefined;
}

export interface Link {
  readonly place: string;
  readonly url: string;
}

export interface Page {
  /** From the repository's root. */
  readonly path: string;
  readonly fences: readonly Fence[];
  readonly links: readonly Link[];
  /** Code within a line. */
  readonly codes: readonly Omit<Fence, "language" | "mark">[];
  /** What a link may name behind `#`, as GitHub makes it of the headings. */
  readonly anchors: ReadonlySet<string>;
}

/** The pages for users and for those who work on the repository. The course in labs/ has a runner of its own. */
export const pages: readonly Page[] = globSync("**/*.md", {
  cwd: repositoryRoot,
  exclude: (path) => ["node_modules", ".lab", "labs"].includes(basename(path)),
})
  .toSorted()
  .map(readPage);

function readPage(path: string): Page {
  const tree = fromMarkdown(readFileSync(join(repositoryRoot, path), "utf8"));
  const fences: Fence[] = [];
  const links: Link[] = [];
  const codes: Page["codes"][number][] = [];
  const anchors = new Set<string>();
  const visit = (node: Node, before: Node | undefined): void => {
    const place = `${path}:${node.position?.start.line}`;
    if (node.type === "code") {
      const mark = before?.type === "html" ? /^<!-- (.+) -->$/.exec(before.value)?.[1] : undefined;
      fences.push({ place, language: node.lang ?? "", text: node.value, mark });
    }
    if (node.type === "inlineCode") codes.push({ place, text: node.value });
    if (node.type === "link" || node.type === "image" || node.type === "definition")
      links.push({ place, url: node.url });
    if (node.type === "heading") anchors.add(anchorFor(textOf(node), anchors));
    if ("children" in node)
      for (const [index, child] of node.children.entries()) visit(child, node.children[index - 1]);
  };
  visit(tree, undefined);
  return { path, fences, links, codes, anchors };
}

/** The second heading of a name gets a number. */
function anchorFor(heading: string, taken: ReadonlySet<string>): string {
  const name = slug(heading);
  for (let index = 0; ; index += 1) {
    const anchor = index === 0 ? name : `${name}-${index}`;
    if (!taken.has(anchor)) return anchor;
  }
}

function textOf(node: Node): string {
  if ("children" in node) return node.children.map(textOf).join("");
  return "value" in node ? node.value : "";
}

/** Why a link leads nowhere; undefined for one that leads somewhere, and for one to another site. */
export function linkFault(page: Page, url: string): string | undefined {
  if (/^[a-z]+:/.test(url)) return undefined;
  const [file = "", anchor] = decodeURI(url).split("#");
  const path = file === "" ? page.path : join(dirname(page.path), file);
  if (!existsSync(join(repositoryRoot, path))) return `there is no ${path}`;
  if (anchor === undefined) return undefined;
  const target = pages.find((each) => each.path === path) ?? readPage(path);
  return target.anchors.has(anchor) ? undefined : `${path} has no heading for #${anchor}`;
}
