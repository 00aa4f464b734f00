import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";
import { ownImages } from "../../../components/image/render-built-image.ts";
import { baseIn, bundledPackages, imageBom } from "../../../supply-chain/image-bom.ts";
import { lockedPackages } from "../../../supply-chain/lock-file.ts";

const locked = lockedPackages();
const read = (app: string, file: string) => readFileSync(join(repositoryRoot, "apps", app, file), "utf8");

test.each([
  ["versioned-echo", ["prom-client"]],
  ["judge", ["fastify", "@stdlib/math-base-special-binomcoefln"]],
  ["load-client", []],
] as const)("the packages in %s are those whose code esbuild put there", (app, some) => {
  const packages = bundledPackages(JSON.parse(read(app, "built.json")), locked);
  const names = packages.map(({ name }) => name);
  for (const name of some) expect(names).toContain(name);
  expect(names.length > 0).toBe(some.length > 0);
  const bundle = readFileSync(
    join(repositoryRoot, "apps", app, "dist", app === "load-client" ? "load.mjs" : "server.mjs"),
    "utf8",
  );
  // esbuild writes above each file of a bundle where it comes from.
  const inBundle = [...bundle.matchAll(/^(?:\/\/ |\s*")(?:\.\.\/)*(node_modules\/(?:@[^/]+\/)?[^/]+)\//gm)].map(
    ([, path]) => path,
  );
  expect(new Set(packages.map(({ path }) => path.match(/^node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]))).toEqual(
    new Set(inBundle),
  );
});

test("a package that the lock file does not have is an error: the bundle is of another checkout", () => {
  const outputs = { "dist/x.mjs": { inputs: { "../../node_modules/unknown/index.js": { bytesInOutput: 5 } } } };
  expect(() => bundledPackages({ outputs }, locked)).toThrow(
    "node_modules/unknown is in a bundle and in no lock file.",
  );
});

test("an image's list is the project's, as far as it is in its bundle, and its base", () => {
  const whole = {
    metadata: { component: { name: "main" } },
    serialNumber: "urn:uuid:whole",
    components: ["in@1.0.0", "out@1.0.0"].map((name) => ({ "bom-ref": name })),
  };
  const [entry] = locked;
  const packages = [{ ...(entry as (typeof locked)[number]), name: "in", version: "1.0.0" }];
  const { serialNumber, ...bom } = imageBom(whole, { app: "echo", version: "0.1.0", base: "node:24", packages });
  expect(serialNumber).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
  expect(bom).toEqual({
    metadata: { component: { type: "container", "bom-ref": "echo", name: "echo", version: "0.1.0" } },
    components: [
      { type: "container", "bom-ref": "node:24", name: "node:24", description: "the image that it is built on" },
      { "bom-ref": "in@1.0.0" },
    ],
    dependencies: [{ ref: "echo", dependsOn: ["node:24", "in@1.0.0"] }],
  });
});

test.each(ownImages)("the Dockerfile of %s names its base", (app) => {
  expect(baseIn(read(app, "Dockerfile"))).toBe("node:24-bookworm-slim");
  expect(() => baseIn("FROM scratch")).toThrow("no line ARG BASE");
});
