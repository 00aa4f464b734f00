import { dirname, join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { sidebar } from "../../../docs/.vitepress/sidebar.ts";
import { linkFault, pages } from "./page.ts";

const links = pages.flatMap((page) => page.links.map((link) => ({ ...link, page })));

test("links are found", () => expect(links.length).toBeGreaterThan(50));

test("each link leads to a file of the repository, and to a heading that it has", () => {
  const faults = links.flatMap(({ page, place, url }) => {
    const fault = linkFault(page, url);
    return fault === undefined ? [] : [`${place}: ${url}: ${fault}`];
  });
  expect(faults).toEqual([]);
});

test("a file, a heading and a heading of another page that are not there are faults", () => {
  const [page] = pages.filter(({ path }) => path === "docs/judge.md");
  if (!page) throw new Error("there is no docs/judge.md");
  expect(linkFault(page, "nowhere.md")).toBe("there is no docs/nowhere.md");
  expect(linkFault(page, "#nowhere")).toBe("docs/judge.md has no heading for #nowhere");
  expect(linkFault(page, "../README.md#nowhere")).toBe("README.md has no heading for #nowhere");
  expect(linkFault(page, "#what-it-computes")).toBeUndefined();
  expect(linkFault(page, "../README.md#two-commands")).toBeUndefined();
});

describe("the site", () => {
  const ofSite = pages.map(({ path }) => path).filter((path) => path.startsWith("docs/"));

  test("offers each page", () => {
    const offered = sidebar.flatMap(({ items }) => items.map(({ link }) => `docs${link.replace(/\/$/, "/index")}.md`));
    expect(offered.toSorted()).toEqual(ofSite.toSorted());
  });

  test("has each page in its contents, and each error's in theirs", () => {
    const linkedFrom = (path: string) =>
      pages
        .filter((page) => page.path === path)
        .flatMap(({ links }) => links.map(({ url }) => join(dirname(path), url)));
    const linked = ["docs/index.md", "docs/errors/index.md"].flatMap(linkedFrom);
    expect(ofSite.filter((path) => path !== "docs/index.md" && !linked.includes(path))).toEqual([]);
  });

  test("has diagrams without a semicolon, which ends a statement of Mermaid", () => {
    const diagrams = pages.flatMap(({ fences }) => fences).filter(({ language }) => language === "mermaid");
    expect(diagrams.length).toBeGreaterThan(5);
    expect(diagrams.filter(({ text }) => text.includes(";"))).toEqual([]);
  });
});
