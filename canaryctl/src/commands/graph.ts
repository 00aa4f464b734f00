import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { asDeployed } from "../deployed.ts";
import type { Graph } from "../graph/graph.ts";
import { graphOf } from "../graph/graph-of.ts";
import { mermaidOf } from "../graph/mermaid.ts";
import { readObjects } from "../graph/read-objects.ts";
import { openForRollback } from "../lab.ts";
import { say } from "../print.ts";
import { optionsOf } from "./arguments.ts";

interface GraphOptions {
  readonly format?: "mermaid" | "svg";
  readonly output?: string;
}

export async function run(command: Command): Promise<void> {
  const { format, output, ...options } = optionsOf<GraphOptions>(command);
  const { cluster, config, stackFile } = await asDeployed(openForRollback(options));
  const { objects, unread } = await readObjects(cluster, config);
  for (const { what, why } of unread) say(`Left out, for it cannot be read: ${what}: ${why}`);
  const graph = graphOf(objects, config, stackFile.stack);
  const text = await drawn(graph, format ?? (output?.endsWith(".svg") ? "svg" : "mermaid"));
  if (output === undefined) process.stdout.write(text);
  else write(resolve(output), text);
}

/** The layout of an SVG file takes a library, which nothing else loads. */
const drawn = async (graph: Graph, format: NonNullable<GraphOptions["format"]>): Promise<string> =>
  format === "svg" ? (await import("../graph/svg.ts")).svgOf(graph) : mermaidOf(graph);

function write(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UserError(`The picture cannot be written: ${(error as Error).message}`, {
      place: path,
      next: "npx canaryctl graph",
    });
  }
}
