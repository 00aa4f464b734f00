import { writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { ComponentProvider } from "@pulumi/pulumi/provider/experimental/provider.js";
import { offered, packageName } from "./offered.ts";

// Read from the types once, when the package is packed: whoever uses the plugin needs no TypeScript, and does not wait for it.
const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const provider = new ComponentProvider({ name: packageName, dirname: folder, components: Object.values(offered) });
const schema: unknown = JSON.parse(await provider.getSchema());
writeFileSync(
  new URL("../dist/components/plugin/schema.json", import.meta.url),
  `${JSON.stringify(schema, null, 2)}\n`,
);
