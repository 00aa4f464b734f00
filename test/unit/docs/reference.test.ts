import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { pages } from "../../../reference/pages.ts";

test.each(Object.entries(pages))("%s is as `npm run docs:reference` writes it", async (path, page) =>
  expect(readFileSync(join(repositoryRoot, path), "utf8")).toBe(await page()),
);
