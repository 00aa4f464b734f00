import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../cluster/lab-folder.ts";
import { pages } from "./pages.ts";

// npm run docs:reference: writes the pages that follow from the code.
for (const [path, page] of Object.entries(pages)) writeFileSync(join(repositoryRoot, path), await page());
