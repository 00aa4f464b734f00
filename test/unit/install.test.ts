import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { satisfies } from "semver";

interface LockedPackage {
  readonly version?: string;
  readonly engines?: { readonly node?: string };
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

const read = (file: string) => JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), "utf8"));
const locked = Object.entries<LockedPackage>(read("package-lock.json").packages);
const { allowScripts } = read("package.json");
const nameOf = (path: string) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

/** What `npm ci` warns of, read from the lock file: npm prints these warnings to every user, in front of everything else. */
describe("npm ci has nothing to warn of", () => {
  test.each(["20.20.2", "22.23.3", "24.21.0"])("on Node %s: every package takes it", (node) => {
    const refusing = locked.filter(
      ([, { engines, optional }]) => engines?.node && !optional && !satisfies(node, engines.node),
    );
    expect(refusing.map(([path, { version, engines }]) => `${nameOf(path)} ${version}: ${engines?.node}`)).toEqual([]);
  });

  test("each install script is approved or denied, and no approval is left over", () => {
    const withScript = locked.filter(([, { hasInstallScript, optional }]) => hasInstallScript && !optional);
    expect(Object.keys(allowScripts).sort()).toEqual(withScript.map(([path]) => nameOf(path)).sort());
  });
});
