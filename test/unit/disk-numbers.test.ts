import { readFileSync } from "node:fs";
import { join } from "node:path";
import { buildContext } from "@canary-lab/embedded-cluster/toolchain/build-context";
import { keptGigabytes } from "@canary-lab/embedded-cluster/toolchain/disk";
import { wantedUnits } from "@canary-lab/embedded-cluster/toolchain/wanted";
import { expect, test } from "@jest/globals";
import { always, embeddedSettings } from "../../cluster/embedded.ts";
import { repositoryRoot } from "../../cluster/lab-folder.ts";

test("README, and the page on where the lab runs, say of the disk what `up` says: what the first one takes while it builds, and what stays", async () => {
  const settings = embeddedSettings({});
  const { tools, system } = await wantedUnits(settings, always, buildContext(settings, new AbortController().signal));
  const building = [...tools.map(({ unit }) => unit), ...system].reduce((sum, { gigabytes }) => sum + gigabytes, 0);
  const texts = ["README.md", "docs/where-it-runs.md"].map((file) => readFileSync(join(repositoryRoot, file), "utf8"));
  const said = [
    ...texts
      .join("\n")
      .matchAll(/([\d.]+) GB of disk (?:meanwhile|while the tools are built) and ([\d.]+) GB afterwards/g),
  ];
  expect(said.map(([, meanwhile, afterwards]) => [Number(meanwhile), Number(afterwards)])).toEqual(
    Array(2).fill([Math.round(building), keptGigabytes]),
  );
});
