import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustBeBuilt } from "@canary-lab/kit/built";
import { execa } from "execa";
import { repositoryRoot } from "../cluster/lab-folder.ts";
import { ownImages } from "../components/image/render-built-image.ts";
import { type Bom, type BundleNote, baseIn, bundledPackages, imageBom } from "./image-bom.ts";
import { lockedPackages } from "./lock-file.ts";

// npm run sbom: writes sbom/ with what the project consists of and what is in each image, as CycloneDX 1.5.
const folder = join(repositoryRoot, "sbom");
const read = (...path: readonly string[]): string => readFileSync(join(repositoryRoot, ...path), "utf8");

const { stdout } = await execa("npm", ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"], {
  cwd: repositoryRoot,
});
const whole = JSON.parse(stdout) as Bom;
const locked = lockedPackages();
mkdirSync(folder, { recursive: true });

function write(name: string, bom: Bom): void {
  writeFileSync(join(folder, `${name}.cdx.json`), `${JSON.stringify(bom, null, 2)}\n`);
  console.log(`sbom/${name}.cdx.json: ${bom.components.length} components`);
}

write("canary-lab", whole);
for (const app of ownImages) {
  mustBeBuilt(join(repositoryRoot, "apps", app), `The image ${app}`);
  const { version } = JSON.parse(read("apps", app, "package.json")) as { readonly version: string };
  const packages = bundledPackages(JSON.parse(read("apps", app, "built.json")) as BundleNote, locked);
  write(app, imageBom(whole, { app, version, base: baseIn(read("apps", app, "Dockerfile")), packages }));
}
