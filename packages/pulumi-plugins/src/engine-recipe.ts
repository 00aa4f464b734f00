import { join } from "node:path";
import { engineVersion } from "./versions.ts";

/** SHA-256 of the engine's releases by version, as Pulumi's Homebrew formula has them; then by Node's names of system and processor. */
const checksums: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>>> = {
  "3.250.0": {
    linux: {
      x64: "8916fd36ccc96adbd45ca679194b685e3b767d94502ae05610878a6d9870b8f3",
      arm64: "deb4bf0d05b4cbaf3adcf82ffa44039ad0ebf039e33338ead8136877a437b4e5",
    },
    darwin: {
      x64: "8aa1615ed737022949d4050bf183ab37bce1f9cecb88877bc6636db82604e348",
      arm64: "dbd289ce3069cf567683252082e226aef533775f546df7286f64f3f36f5fda28",
    },
  },
};

/** The release of the engine with its language hosts, for a system by Node's name of it. */
export const engineRelease = (system: string) => ({
  url: `https://github.com/pulumi/pulumi/releases/download/v${engineVersion}/pulumi-v${engineVersion}-${system}-{cpu}.tar.gz`,
  sha256: checksums[engineVersion]?.[system] ?? {},
  strip: 1,
});

/** How the engine is made from its Go module, or which release is taken: plain data for who builds or downloads it. */
export const engineRecipe = {
  name: "pulumi",
  folder: join(import.meta.dirname, "../modules/pulumi"),
  programs: [{ output: "pulumi", package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi", inBin: true }],
  strings: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": `v${engineVersion}` },
  onPath: { args: ["version"], version: engineVersion },
  releases: [engineRelease("linux")],
  seconds: 130,
  gigabytes: 2.5,
} as const;
