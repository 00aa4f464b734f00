import { join } from "node:path";
import { engineVersion } from "./versions.ts";

/** How the engine is made from its Go module, or which release is taken: plain data for who builds or downloads it. */
export const engineRecipe = {
  name: "pulumi",
  folder: join(import.meta.dirname, "../modules/pulumi"),
  programs: [{ output: "pulumi", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", inBin: true }],
  strings: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${engineVersion}` },
  onPath: { args: ["version"], prints: `v${engineVersion}` },
  releases: [
    {
      url: `https://github.com/pulumi/pulumi/releases/download/v${engineVersion}/pulumi-v${engineVersion}-linux-{cpu}.tar.gz`,
      sums: `https://github.com/pulumi/pulumi/releases/download/v${engineVersion}/pulumi-${engineVersion}-checksums.txt`,
      strip: 1,
    },
  ],
  seconds: 130,
  gigabytes: 2.5,
} as const;
