import { type LockedPackage, lockedPackages } from "../supply-chain/lock-file.ts";
import { generatedPage, table } from "./markdown.ts";

/** How many names a cell shows. */
const mostNames = 6;

const names = (packages: readonly LockedPackage[]): string => {
  const all = [...new Set(packages.map(({ name }) => name))].toSorted();
  return all.length > mostNames ? `${all.length} packages` : all.map((name) => `\`${name}\``).join(", ");
};

/** A row for each licence, the most frequent first. */
function licences(packages: readonly LockedPackage[]): string {
  const groups = Object.entries(Object.groupBy(packages, ({ license }) => license)) as [string, LockedPackage[]][];
  const sorted = groups.toSorted(([, one], [, other]) => other.length - one.length);
  return table(
    ["licence", "of"],
    sorted.map(([license, of]) => [license, names(of)]),
  );
}

export const licencesPage = (): string =>
  generatedPage(
    "Licences",
    "package-lock.json",
    "What the packages say of themselves, as npm's lock file has it. `npm run sbom` writes the whole list, and one for each image, as CycloneDX.",
    "## What runs",
    licences(lockedPackages().filter(({ isDevelopment }) => !isDevelopment)),
    "## Only to develop and test",
    licences(lockedPackages().filter(({ isDevelopment }) => isDevelopment)),
    "`@logdna/tail-file` is a dependency of Pulumi's SDK; its file LICENSE is MIT.",
  );
