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
    message: expect.stringMatching(/^typescript is not loaded, .* see stacks\/not-loaded\.ts$/),
  });
}, 30_000);

test("zod is loaded without its languages, and says what is wrong in English", async () => {
  const printed = await run(`
    import("zod").then((z) => {
      const { error } = z.number().max(1).safeParse(2);
      console.log(JSON.stringify({ words: error.issues[0].message, hasGerman: "de" in z.locales }));
    });
  `);
  expect(JSON.parse(printed)).toEqual({ words: "Too big: expected number to be <=1", hasGerman: false });
}, 30_000);

test("nothing that a command begins with loads undici, as an import of node:http would do", async () => {
  const printed = await run(`
    const isLoaded = () => process.moduleLoadList.some((name) => name.includes("undici"));
    const commands = require("node:fs").readdirSync("canaryctl/src/commands").filter((name) => name.endsWith(".ts"));
    const others = ["cluster/images/push-archive.ts", "packages/pulumi-plugins/src/docker/registry.ts"];
    (async () => {
      const loading = [];
      for (const file of [...commands.map((name) => "canaryctl/src/commands/" + name), ...others]) {
        const before = isLoaded();
        await import("./" + file);
        if (isLoaded() && !before) loading.push(file);
      }
      console.log(JSON.stringify({ count: commands.length, loading }));
    })();
  `);
  expect(JSON.parse(printed)).toEqual({ count: expect.any(Number), loading: [] });
  expect(JSON.parse(printed).count).toBeGreaterThan(20);
}, 30_000);
