import type { Release } from "@canary-lab/embedded-cluster/toolchain/download/release";

/** The release of kind that is fetched where PATH has none that works. */
export const kindVersion = "v0.33.0";

/** SHA-256 by Node's names of system and processor, as the release has them beside each file. */
const checksums: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  linux: {
    x64: "aee6151561422756b764a4ae28e7f44cda5af5a9eead3cc9985112b1de8d8e0d",
    arm64: "20022bee6cfcd5086cb7234d218e3454e6090022f2a8f55d1fa7fcf42c3867a2",
  },
  darwin: {
    x64: "5a99f26f57246dc9319dd294803313197a0f34d33c525b3ea8b655db5916ece0",
    arm64: "0c8c7dbe5e23594a198b786c4bc13dacc101fa6196b0cb0b23a1ca44e61f4b4f",
  },
};

export const kindRelease = (system: string): Release => ({
  url: `https://github.com/kubernetes-sigs/kind/releases/download/${kindVersion}/kind-${system}-{arch}`,
  sha256: checksums[system] ?? {},
  file: "kind",
});
