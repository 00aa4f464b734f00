import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { execaNode } from "execa";
import { parse } from "yaml";
import { repositoryRoot } from "../../../cluster/lab-folder.ts";

const { nodeargs } = parse(readFileSync(join(repositoryRoot, "Pulumi.yaml"), "utf8")).runtime.options;

/** What a program prints that the engine starts with Node's arguments of Pulumi.yaml. */
async function run(program: string): Promise<string> {
  const { stdout } = await execaNode("-e", [program], { cwd: repositoryRoot, nodeOptions: nodeargs.split(" ") });
  return stdout;
}

test("a program starts without npm's resolver and the compiler, and whoever uses them is told", async () => {
  const printed = await run(`
    const loaded = () => Object.keys(require.cache).filter((file) => /node_modules.(typescript|@npmcli)/.test(file));
    const { runtime } = require("@pulumi/pulumi");
    runtime.serializeFunction(() => 1).catch(({ message }) => console.log(JSON.stringify({ loaded: loaded(), message })));
  `);
  expect(JSON.parse(printed)).toEqual({
    loaded: [],
    message: expect.stringMatching(/^typescript is not loaded, .* see stacks\/sdk-without-closures\.ts$/),
  });
}, 30_000);
