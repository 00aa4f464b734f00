import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { labFiles } from "../../../reference/files-page.ts";
import { pages } from "../../../reference/pages.ts";

const textOf = (path: string): string => readFileSync(join(repositoryRoot, path), "utf8");

// The components' own types are read by the compiler.
const seconds = 60;

test.each(Object.entries(pages))(
  "%s is as `npm run docs:reference` writes it",
  async (path, page) => expect(textOf(path)).toBe(await page()),
  seconds * 1000,
);

/** First names of paths in `.lab/`: of the lab itself, of its records, and of the clusters whose home it is. */
const inSources: readonly (readonly [files: string, pattern: RegExp])[] = [
  ["canaryctl/src/**/*.ts", /inLab\((?:"|`)([^"`]+)/g],
  ["stacks/lab-records.ts", /^ {2}(?:own|stacks|target|clusters): "([^"]+)",$/gm],
  ["cluster/**/*.ts", /join\((?:settings\.)?home, "([^"]+)"/g],
  ["packages/embedded-cluster/src/**/*.ts", /join\(home, "([^".][^"]*)"/g],
];

test("docs/reference/files.md has all that the code puts into .lab/, and nothing else", () => {
  const names = inSources.flatMap(([pattern, name]) =>
    globSync(pattern, { cwd: repositoryRoot }).flatMap((file) =>
      [...textOf(file).matchAll(name)].map(([, found = ""]) =>
        found.replaceAll(/\$\{(?:process\.)?(\w+)\}/g, (_, word: string) => word.toUpperCase()),
      ),
    ),
  );
  expect(Object.keys(labFiles).toSorted()).toEqual([...new Set(names)].toSorted());
});
