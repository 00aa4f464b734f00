import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { mustBeBuilt } from "@canary-lab/kit/built";
import { expect, test } from "@jest/globals";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { ownImages } from "../../../components/image/render-built-image.ts";

/** What a build of an app read, and what it went by: each package.json above it, and the options of TypeScript. Relative to the checkout. */
function sourcesOf(app: string): ReadonlySet<string> {
  const { inputs } = JSON.parse(readFileSync(join(app, "built.json"), "utf8")) as { readonly inputs: object };
  const files = new Set(["tsconfig.json", "package.json", relative(repositoryRoot, join(app, "package.json"))]);
  for (const input of Object.keys(inputs)) {
    const file = relative(repositoryRoot, join(app, input));
    files.add(file);
    for (let folder = dirname(file); folder !== "."; folder = dirname(folder))
      if (existsSync(join(repositoryRoot, folder, "package.json"))) files.add(join(folder, "package.json"));
  }
  return files;
}

test.each(ownImages)(
  "the bundle of %s is the same in another checkout, of files of another age, under another umask",
  (name) => {
    const app = join(repositoryRoot, "apps", name);
    mustBeBuilt(app, `apps/${name}`);
    const checkout = mkdtempSync(join(tmpdir(), "another-checkout-"));
    try {
      for (const file of sourcesOf(app)) {
        cpSync(join(repositoryRoot, file), join(checkout, file));
        utimesSync(join(checkout, file), 1_000_000_000, 1_000_000_000);
      }
      const copy = join(checkout, "apps", name);
      const { scripts } = JSON.parse(readFileSync(join(copy, "package.json"), "utf8"));
      const PATH = `${join(repositoryRoot, "node_modules/.bin")}:${process.env.PATH}`;
      execFileSync("sh", ["-c", `umask 077; ${scripts.build}`], { cwd: copy, env: { ...process.env, PATH } });
      const bundles = readdirSync(join(copy, "dist"));
      expect(bundles).toEqual(readdirSync(join(app, "dist")));
      // Not by `toEqual`, whose message would be the whole bundle.
      const differing = bundles.filter(
        (bundle) => !readFileSync(join(copy, "dist", bundle)).equals(readFileSync(join(app, "dist", bundle))),
      );
      expect(differing).toEqual([]);
    } finally {
      rmSync(checkout, { recursive: true });
    }
  },
);
