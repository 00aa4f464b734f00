import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inLab } from "../../cluster/lab-folder.ts";
import { schemasIn } from "./definitions.ts";

// npm run generate:crds: writes the definitions that unit tests hold manifests to, from the charts of a lab that was up with everything.
const [, , charts = inLab("charts")] = process.argv;
writeFileSync(join(import.meta.dirname, "definitions.json"), `${JSON.stringify(schemasIn(charts))}\n`);
