import { slug } from "github-slugger";
import { defineConfig } from "vitepress";
import { sidebar } from "./sidebar.ts";

/** Anchors are those that GitHub makes, for the pages are read there, too. */
export default defineConfig({
  title: "canary-lab",
  description: "Canary releases on Kubernetes, from one number to measured traffic",
  cleanUrls: true,
  cacheDir: "node_modules/.vitepress",
  srcExclude: ["node_modules/**"],
  vite: { esbuild: { tsconfigRaw: "{}" } },
  markdown: { anchor: { slugify: slug }, toc: { slugify: slug }, config: readAsGitHub },
  themeConfig: {
    search: { provider: "local" },
    outline: "deep",
    sidebar,
  },
});

/** Mermaid's diagrams are drawn, and a link that leads out of this folder is text: what it leads to is in the repository only. */
function readAsGitHub(md) {
  const { fence } = md.renderer.rules;
  md.renderer.rules.fence = (tokens, index, ...rest) => {
    const { info, content } = tokens[index];
    if (info.trim() !== "mermaid") return fence(tokens, index, ...rest);
    return `<Mermaid code="${encodeURIComponent(content)}" />`;
  };
  md.core.ruler.push("links-out-of-the-folder", ({ tokens, env }) => {
    const up = "../".repeat(env.relativePath.split("/").length);
    for (const { children } of tokens) withoutLinksOut(children ?? [], up);
  });
}

function withoutLinksOut(tokens, up) {
  let isOut = false;
  for (const token of tokens) {
    if (token.type === "link_open") {
      isOut = token.attrGet("href")?.startsWith(up) ?? false;
      if (isOut) token.attrs = null;
    }
    if (isOut && /^link_(open|close)$/.test(token.type)) token.tag = "span";
    if (token.type === "link_close") isOut = false;
  }
}
