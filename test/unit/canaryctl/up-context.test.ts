import { execFile } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type Checkout, makeCheckout } from "../../e2e/support/checkout.ts";

// `up --context` of a checkout that never was up, as a process of its own. The cluster is a server that says its version and its own
// uid, and has nothing else; the engine says its version, and fails at all else.

let checkout: Checkout;
let server: Server;
const answers = {
  "/version": { gitVersion: "v1.36.4" },
  "/api/v1/namespaces/kube-system": { metadata: { uid: "here" } },
} as const;

const inCheckout = (...parts: readonly string[]) => join(checkout.folder, ...parts);
const stackFile = () => readFileSync(inCheckout("Pulumi.dev.yaml"), "utf8");
const before = 'config:\n  # of the team\n  canary-lab:replicas: "3"\n';

function canaryctl(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  const env = {
    PATH: [inCheckout("bin"), process.env.PATH].join(delimiter),
    HOME: checkout.folder,
    NODE_COMPILE_CACHE: inCheckout("compile-cache"),
    KUBECONFIG: inCheckout("kube"),
  };
  return new Promise((resolve) => {
    const command = inCheckout("canaryctl", "bin", "canaryctl.mjs");
    execFile(process.execPath, [command, ...args], { cwd: checkout.folder, env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

beforeAll(async () => {
  checkout = makeCheckout();
  server = createServer(({ url = "" }, response) => {
    const answer = answers[url as keyof typeof answers];
    response.writeHead(answer ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cluster = { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  const context = { cluster: "theirs", user: "theirs" };
  writeFileSync(
    inCheckout("kube"),
    JSON.stringify({
      clusters: [{ name: "theirs", cluster }],
      users: [{ name: "theirs", user: {} }],
      contexts: [
        { name: "theirs", context },
        { name: "other", context },
      ],
    }),
  );
  mkdirSync(inCheckout("bin"));
  for (const [program, text] of [
    ["pulumi", '[ "$1" = version ] && echo v3.250.0 && exit; echo "no engine here" >&2; exit 1'],
    ["docker", "exit 1"],
  ] as const) {
    writeFileSync(inCheckout("bin", program), `#!/bin/sh\n${text}\n`);
    chmodSync(inCheckout("bin", program), 0o755);
  }
}, 60_000);

beforeEach(() => writeFileSync(inCheckout("Pulumi.dev.yaml"), before));

afterAll(() => {
  server.close();
  checkout.remove();
});

describe("up --context", () => {
  test.each([
    [
      "an unknown context names those that are there",
      ["--context", "thiers", "--registry", "localhost:5001"],
      "allowed: theirs, other",
    ],
    ["a registry that is none", ["--context", "theirs", "--registry", "http://a b"], "imageRegistry is"],
    [
      "a cluster that the lab makes has no context of the user's",
      ["--context", "theirs", "--cluster", "kind"],
      "allowed: one of the two",
    ],
  ])(
    "refuses, and writes nothing: %s",
    async (_case, args, words) => {
      const { code, output } = await canaryctl("up", ...args);
      expect({ code: code > 0, output, file: stackFile() }).toEqual({
        code: true,
        output: expect.stringContaining(words),
        file: before,
      });
    },
    30_000,
  );

  test("notes context and registry in the stack's file before the engine is asked for anything", async () => {
    const { output } = await canaryctl("up", "--context", "theirs", "--registry", "localhost:5001");
    expect(output).toContain("Cluster: existing, because context theirs is named.");
    expect(output).toContain("no engine here");
    expect(stackFile()).toBe(`${before}  canary-lab:kubeContext: theirs\n  canary-lab:imageRegistry: localhost:5001\n`);
  }, 30_000);
});

test("config set and get need no engine and no cluster", async () => {
  const { output } = await canaryctl("config", "set", "kubeContext", "theirs", "imageRegistry", "localhost:5001");
  expect(output).toBe("kubeContext: theirs\nimageRegistry: localhost:5001\n");
  expect((await canaryctl("config", "get", "kubeContext")).output).toBe("theirs\n");
}, 30_000);
