import { canaryctlPage } from "./canaryctl-page.ts";
import { componentsPage } from "./components-page.ts";
import { configPage } from "./config-page.ts";
import { exitCodesPage } from "./exit-codes-page.ts";
import { filesPage } from "./files-page.ts";
import { licencesPage } from "./licences-page.ts";
import { rightsPage } from "./rights-page.ts";

/** The pages that are written from the code, by their paths from the repository's root. */
export const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  "docs/reference/config.md": configPage,
  "docs/reference/canaryctl.md": canaryctlPage,
  "docs/reference/exit-codes.md": exitCodesPage,
  "docs/reference/components.md": componentsPage,
  "docs/reference/files.md": filesPage,
  "docs/reference/rights.md": rightsPage,
  "docs/reference/licences.md": licencesPage,
};
