import { join } from "node:path";
import { engineVersion } from "./versions.ts";

/** SHA-256 of the engine's releases for Linux, by version and Node's name of the processor. */
const checksums: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "3.250.0": {
    x64: "8916fd36ccc96adbd45ca679194b685e3b767d94502ae05610878a6d9870b8f3",
    arm64: "deb4bf0d05b4cbaf3adcf82ffa44039ad0ebf039e33338ead8136877a437b4e5",
  },
};

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
      sha256: checksums[engineVersion] ?? {},
      strip: 1,
    },
  ],
  seconds: 130,
  gigabytes: 2.5,
} as const;
