import { readFileSync } from "node:fs";
import { main } from "@pulumi/pulumi/provider/index.js";
import { ComponentsProvider } from "./provider.ts";

// Pulumi's language host requires this file, which is why nothing is awaited here.
void main(new ComponentsProvider(readFileSync(new URL("schema.json", import.meta.url), "utf8")), process.argv.slice(2));
