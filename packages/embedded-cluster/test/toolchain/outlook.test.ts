import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { buildContext } from "../../src/toolchain/build-context.ts";
import { unitFolder } from "../../src/toolchain/build-unit.ts";
import { renderNeeds, toolsOutlook } from "../../src/toolchain/outlook.ts";
import { wantedUnits } from "../../src/toolchain/wanted.ts";

const folder = mkdtempSync(join(tmpdir(), "outlook-"));
afterAll(() => rmSync(folder, { recursive: true }));
const settings = {
  home: join(folder, "home"),
  cache: join(folder, "cache"),
  commands: { up: "cluster up", down: "cluster down" },
};

test("with everything in the cache nothing is to be made, and nothing can be in the way", async () => {
  const { tools, system } = await wantedUnits(settings, [], buildContext(settings, new AbortController().signal));
  for (const unit of [...tools.map((tool) => tool.unit), ...system]) {
    for (const output of unit.outputs) {
      const file = join(unitFolder(settings.cache, unit), output);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, "");
    }
  }
  expect(await toolsOutlook(settings, [])).toEqual({ seconds: 0, gigabytes: 0, obstacles: [] });
});

test("what the embedded cluster needs follows from what is in the cache", () => {
  expect(renderNeeds({ seconds: 0, gigabytes: 0 }, { cache: "/home/me/.cache/canary-lab" })).toBe(
    "root, two cores, 4 GB of memory and about 1 minute; its tools are in /home/me/.cache/canary-lab already",
  );
  expect(renderNeeds({ seconds: 680, gigabytes: 9.2 }, { cache: "/c" })).toBe(
    "root, two cores, 4 GB of memory and about 13 minutes; its tools are made first, once for all checkouts: about 9 GB of disk in /c meanwhile, and with the cluster 2.5 GB afterwards",
  );
});
