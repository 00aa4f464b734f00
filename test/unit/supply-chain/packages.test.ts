import { describe, expect, test } from "@jest/globals";
import { type LockedPackage, lockedPackages, packagesOf } from "../../../supply-chain/lock-file.ts";

/** Licences that ask for no more than a notice, for what users run. */
const permissive = [
  ...["MIT", "Apache-2.0", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "Unlicense", "CC0-1.0"],
  ...["Python-2.0", "PSF-2.0", "CC-BY-3.0"],
];
/** What development tools may have beside: nothing of theirs is passed on. */
const ofTools = ["MPL-2.0", "CC-BY-4.0", "EPL-2.0"];
/** Packages whose licence is in a file of theirs, which somebody has read: MIT. */
const read = ["@logdna/tail-file@2.2.0", "khroma@2.1.0"];

const isAllowed = (license: string, allowed: readonly string[]): boolean => {
  const words = license.replaceAll(/[()]/g, "");
  const every = words.split(" AND ");
  return every.every((part) => part.split(" OR ").some((one) => allowed.includes(one)));
};

const refused = (packages: readonly LockedPackage[]): readonly string[] =>
  packages
    .filter(({ name, version }) => !read.includes(`${name}@${version}`))
    .filter(
      ({ license, isDevelopment }) => !isAllowed(license, isDevelopment ? [...permissive, ...ofTools] : permissive),
    )
    .map(({ name, version, license }) => `${name}@${version}: ${license}`);

describe.each([".", "docs"])("the lock file of %s", (folder) => {
  const packages = lockedPackages(folder);

  test("has the digest of each package, and none is from elsewhere than the registry that npm is set to", () => {
    expect(packages.length).toBeGreaterThan(100);
    const loose = packages.filter(
      ({ integrity, resolved }) => !integrity?.startsWith("sha512-") || resolved !== undefined,
    );
    expect(loose.map(({ path }) => path)).toEqual([]);
  });

  test("has no licence that somebody should read first", () => expect(refused(packages)).toEqual([]));
});

test("a licence that is not known is named with its package", () => {
  const entry = { version: "1.0.0", integrity: "sha512-x" };
  const packages = packagesOf({
    packages: {
      "": { version: "0.1.0" },
      "node_modules/mine": { link: true },
      "packages/mine": { version: "0.1.0", license: "GPL-3.0" },
      "node_modules/free": { ...entry, license: "(GPL-2.0 OR MIT)" },
      "node_modules/both": { ...entry, license: "MIT AND GPL-2.0" },
      "node_modules/a/node_modules/@of/none": entry,
      "node_modules/tool": { ...entry, license: "MPL-2.0", dev: true },
      "node_modules/run": { ...entry, license: "MPL-2.0" },
    },
  });
  expect(packages).toHaveLength(5);
  expect(refused(packages)).toEqual([
    "both@1.0.0: MIT AND GPL-2.0",
    "@of/none@1.0.0: none stated",
    "run@1.0.0: MPL-2.0",
  ]);
});
