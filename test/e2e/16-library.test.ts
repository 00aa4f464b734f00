import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { repositoryRoot } from "../../cluster/lab-folder.ts";
import { run } from "./support/command.ts";
import { describePart } from "./support/describe-part.ts";

// The components as somebody else's program has them: packed, unpacked into its folder, and beside them what the package says it needs.

const folder = mkdtempSync(join(tmpdir(), "library-"));
const installed = join(folder, "node_modules", "@canary-lab", "components");
const inFolder = (file: string) => join(folder, file);
const read = (file: string) => JSON.parse(readFileSync(join(installed, file), "utf8"));
const installedModule = (name: string) => join(repositoryRoot, "node_modules", name);

/** Links a package of this checkout, instead of a download of the same version. */
function link(name: string): void {
  const place = inFolder(join("node_modules", name));
  mkdirSync(dirname(place), { recursive: true });
  symlinkSync(installedModule(name), place);
}

async function must(program: string, args: readonly string[], cwd = folder): Promise<string> {
  const { stdout, stderr, exitCode } = await run(program, args, { cwd, quiet: true });
  if (exitCode !== 0) throw new Error(`${program} ended with ${exitCode}: ${stdout}${stderr}`);
  return stdout;
}

const program = `
import * as pulumi from "@pulumi/pulumi";

const seen = {};
await pulumi.runtime.setMocks({
  newResource: ({ name, inputs }) => { seen[name] = inputs; return { id: name, state: inputs }; },
  call: () => { throw new Error("nothing is looked up"); },
});
const { Sides, WeightedRoute } = await import("@canary-lab/components");
const namespace = pulumi.output(Promise.resolve("shops"));
const sides = new Sides("sides", { app: "shop", namespace, toldApartBy: "version" });
new WeightedRoute("route", { app: "shop", namespace, canaryWeight: 30 }, { dependsOn: sides });
await pulumi.runtime.disconnect();
console.log(JSON.stringify(seen));
`;

describePart("the components as a package", () => {
  beforeAll(async () => {
    const packed = ["pack", "--silent", "--workspace", "components", "--pack-destination", folder];
    await must("npm", packed, repositoryRoot);
    const [tarball = ""] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
    mkdirSync(installed, { recursive: true });
    await must("tar", ["--extract", "--strip-components=1", "--file", inFolder(tarball), "--directory", installed]);
    writeFileSync(inFolder("package.json"), JSON.stringify({ type: "module" }));
    for (const name of Object.keys(read("package.json").dependencies)) link(name);
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("a program in JavaScript makes its objects", async () => {
    writeFileSync(inFolder("index.js"), program);
    const seen = JSON.parse(await must(process.execPath, ["index.js"]));
    expect(seen["route-virtual-service"].metadata).toMatchObject({ name: "shop-virtualservice", namespace: "shops" });
    const weights = seen["route-virtual-service"].spec.http.at(-1).route.map((to: { weight: number }) => to.weight);
    expect(weights).toEqual([70, 30]);
    expect(seen["sides-canary-service"].spec.selector).toEqual({ app: "shop", version: "v2" });
  });

  test("the examples compile against its types", async () => {
    cpSync(join(repositoryRoot, "examples"), inFolder("examples"), { recursive: true });
    link("@types/node");
    const options = ["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022"];
    const files = readdirSync(inFolder("examples")).map((name) => join("examples", name));
    await must(join(repositoryRoot, "node_modules/.bin/tsc"), [...options, "--types", "node", ...files]);
  });

  test("its schema has the types, defaults and words of what other languages can use", () => {
    const { resources, types, dependencies } = read("dist/components/plugin/schema.json");
    expect(Object.keys(resources).sort()).toEqual(
      ["GatewayApi", "HeaderIngress", "HttpRoute", "LoadClient", "Sides", "WeightedRoute"].map(
        (name) => `canary-lab:index:${name}`,
      ),
    );
    const { inputProperties, requiredInputs, properties } = resources["canary-lab:index:WeightedRoute"];
    expect(requiredInputs).toEqual(["app", "namespace"]);
    expect(inputProperties.canaryWeight).toEqual({
      type: "number",
      optional: true,
      description: expect.stringContaining("Default: 0"),
    });
    expect(inputProperties.ingressLabels).toMatchObject({ type: "object", additionalProperties: { type: "string" } });
    expect(types["canary-lab:index:RouteMode"].enum.map(({ value }: { value: string }) => value)).toEqual([
      "weight",
      "rollout-canary",
      "rollout-blue-green",
    ]);
    expect(Object.keys(properties)).toEqual(["host"]);
    expect(dependencies).toEqual([
      { name: "kubernetes", version: read("package.json").dependencies["@pulumi/kubernetes"] },
    ]);
    // The analyzer calls what it cannot read "any", which would take everything.
    expect(JSON.stringify(resources)).not.toContain("pulumi.json#/Any");
  });

  test("Pulumi starts it as a plugin, which answers with that schema", async () => {
    expect(readFileSync(join(installed, "PulumiPlugin.yaml"), "utf8")).toBe("runtime: nodejs\n");
    const host = join(installedModule("@pulumi/pulumi"), "cmd/run-plugin");
    const plugin = spawn(process.execPath, [host, installed, "127.0.0.1:1"], {
      cwd: installed,
      stdio: ["ignore", "pipe", 2],
    });
    try {
      const schema = await schemaOf(plugin);
      expect(JSON.parse(schema)).toEqual(read("dist/components/plugin/schema.json"));
    } finally {
      plugin.kill();
    }
  });
});

/** What a plugin says of itself at the port that it prints first. */
async function schemaOf(plugin: ChildProcess): Promise<string> {
  const need = createRequire(installedModule("@pulumi/pulumi/package.json"));
  const { credentials } = need("@grpc/grpc-js");
  const { ResourceProviderClient } = need("./proto/provider_grpc_pb.js");
  const { GetSchemaRequest } = need("./proto/provider_pb.js");
  if (!plugin.stdout) throw new Error("The plugin has no output.");
  for await (const port of createInterface(plugin.stdout)) {
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    try {
      return await new Promise<string>((resolve, reject) => {
        client.getSchema(new GetSchemaRequest(), (error: Error | null, answer?: { getSchema(): string }) =>
          error ? reject(error) : resolve(answer?.getSchema() ?? ""),
        );
      });
    } finally {
      client.close();
    }
  }
  throw new Error("The plugin ended without a port.");
}
