import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { projectFile, stackFileSchema } from "./generated.ts";

// npm run generate: writes what follows from the schema of the config.
const project = join(repositoryRoot, "Pulumi.yaml");
writeFileSync(project, projectFile(readFileSync(project, "utf8")));
writeFileSync(
  join(repositoryRoot, "stacks/config/stack-file.schema.json"),
  `${JSON.stringify(stackFileSchema(), null, 2)}\n`,
);
