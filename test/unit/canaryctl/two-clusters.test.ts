import { type ChildProcess, execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { type Checkout, makeCheckout } from "../../e2e/support/checkout.ts";

// One checkout, two clusters: stack dev is in one and stack prod in the other, and the shell is as `canaryctl env` of dev left it. The
// commands run for prod. The clusters are servers that have nothing, and note who asked.

const names = ["dev", "prod"] as const;
type Name = (typeof names)[number];

const asked: Record<Name, string[]> = { dev: [], prod: [] };
let servers: readonly Server[];
let checkout: Checkout;
let runner: ChildProcess;
let printed: string[] = [];

const kubeconfigOf = (name: Name) => join(checkout.folder, `kube-${name}`);

async function startCluster(name: Name): Promise<Server> {
  const server = createServer((request, response) => {
    asked[name].push(request.url ?? "");
    const status = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 };
    response.writeHead(404, { "content-type": "application/json" }).end(JSON.stringify(status));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const cluster = { server: `http://127.0.0.1:${port}`, "insecure-skip-tls-verify": true };
  // As k3s writes each of its kubeconfigs: the names in it are the same.
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "default", cluster }],
    users: [{ name: "default", user: {} }],
    contexts: [{ name: "default", context: { cluster: "default", user: "default" } }],
  };
  writeFileSync(kubeconfigOf(name), JSON.stringify(config));
  return server;
}

function writeStack(name: Name, more = ""): void {
  const images = ["stable", "canary", "client"].map((side) => `  canary-lab:${side}Image: example.org/a:1\n`);
  writeFileSync(
    join(checkout.folder, `Pulumi.${name}.yaml`),
    `config:\n  canary-lab:namespace: canary-lab-${name}\n${images.join("")}${more}`,
  );
}

/** What the last `up` of a stack noted. */
function writeRecord(name: Name): void {
  const folder = join(checkout.folder, ".lab", "stacks");
  mkdirSync(folder, { recursive: true });
  const environment = {
    target: "existing",
    reason: "a test",
    kubeconfig: kubeconfigOf(name),
    kubeContext: "default",
    path: [],
    variables: {},
  };
  writeFileSync(join(folder, `${name}.json`), JSON.stringify({ environment }));
}

/** The shell that `canaryctl env` prepared for dev. */
const shell = () => ({
  PATH: process.env.PATH,
  HOME: checkout.folder,
  // What the checkout's `.lab` keeps as well, where it has one.
  NODE_COMPILE_CACHE: join(checkout.folder, "compile-cache"),
  CANARY_LAB_ENV: "dev",
  CANARY_LAB_KUBE_CONTEXT: "default",
  CANARY_LAB_KUBECONFIG: kubeconfigOf("dev"),
  KUBECONFIG: [join(checkout.folder, ".lab", "contexts", "dev.yaml"), kubeconfigOf("dev")].join(delimiter),
  CANARY_LAB_USER_KUBECONFIG: kubeconfigOf("prod"),
});

/** Runs a command as a process of its own. @returns what it printed */
function run(...args: readonly string[]): Promise<string> {
  const file = join(checkout.folder, "canaryctl", "bin", "canaryctl.mjs");
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], { cwd: checkout.folder, env: shell() }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
}

/** Runs commands one after another, in one process. */
async function startRunner(): Promise<ChildProcess> {
  const { folder } = checkout;
  const file = join(folder, "test", "unit", "canaryctl", "command-runner.mjs");
  const child = fork(file, { cwd: folder, env: shell(), execPath: process.execPath, execArgv: [], silent: true });
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text) => printed.push(String(text)));
  await once(child, "message");
  return child;
}

beforeAll(async () => {
  checkout = makeCheckout();
  servers = await Promise.all(names.map(startCluster));
  runner = await startRunner();
}, 60_000);

afterEach(() => {
  for (const name of names) asked[name] = [];
  printed = [];
});

afterAll(async () => {
  runner.disconnect();
  await once(runner, "exit");
  for (const server of servers) server.close();
  checkout.remove();
});

const commands: readonly string[] = [
  "status",
  "history",
  "doctor",
  "preview --json",
  "set-traffic 70 30",
  "promote",
  "rollback",
  "abort",
  "create-canary --image example.org/a:2",
  "delete-canary",
  "down",
  "up",
];

describe("a command for prod in dev's shell goes to prod's cluster", () => {
  const expectProd = async (command: string) => {
    runner.send(["--stack", "prod", ...command.split(" ")]);
    const ended = once(runner, "exit").then(() => Promise.reject(new Error(`It ended: ${printed.join("")}`)));
    await Promise.race([once(runner, "message"), ended]);
    expect({ printed, dev: asked.dev, isProd: asked.prod.length > 0 }).toEqual({ printed, dev: [], isProd: true });
  };

  test.each(commands)(
    "by what its last `up` noted: %s",
    async (command) => {
      for (const name of names) {
        writeStack(name);
        writeRecord(name);
      }
      await expectProd(command);
    },
    30_000,
  );

  test.each(["status", "set-traffic 70 30", "rollback", "up"])(
    "by its file and the kubeconfig that the user has: %s",
    async (command) => {
      for (const name of names) writeStack(name, "  canary-lab:kubeContext: default\n");
      rmSync(join(checkout.folder, ".lab"), { recursive: true, force: true });
      const output = await run("--stack", "prod", ...command.split(" ")); // as a process of its own: no command has gone before
      expect({ output, dev: asked.dev, isProd: asked.prod.length > 0 }).toEqual({ output, dev: [], isProd: true });
    },
    30_000,
  );
});

test("where nothing names prod's cluster, a command for it goes to none", async () => {
  for (const name of names) writeStack(name);
  rmSync(join(checkout.folder, ".lab"), { recursive: true, force: true });
  expect(await run("--stack", "prod", "rollback")).toMatch(/The lab is not up/);
  expect(asked).toEqual({ dev: [], prod: [] });
});

test("the shell that is prepared for prod is prod's, and keeps in mind the kubeconfig that the user has", async () => {
  for (const name of names) {
    writeStack(name);
    writeRecord(name);
  }
  const lines = (await run("--stack", "prod", "env")).split("\n");
  const choice = join(checkout.folder, ".lab", "contexts", "prod.yaml");
  expect(JSON.parse(readFileSync(choice, "utf8"))).toEqual({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "default",
  });
  expect(lines).toEqual(
    expect.arrayContaining([
      "export CANARY_LAB_ENV=prod",
      "export PULUMI_STACK=prod",
      // kubectl puts the files together, and takes the current context of the first that names one.
      `export KUBECONFIG=${choice}:${kubeconfigOf("prod")}`,
      `export CANARY_LAB_KUBECONFIG=${kubeconfigOf("prod")}`,
      `export CANARY_LAB_USER_KUBECONFIG=${kubeconfigOf("prod")}`,
      "export CANARY_LAB_IMAGE_REGISTRY=''",
    ]),
  );
});
