import { mkdtempSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiError } from "@canary-lab/kit/kube/client";
import { readKubeconfig, selectContext } from "@canary-lab/kit/kube/kubeconfig";
import { writePrivateFile } from "@canary-lab/kit/private-files";
import { describe, expect, test } from "@jest/globals";
import { kubeconfigText, mustBeOurs, requestToken } from "../../../../canaryctl/src/commands/kubeconfig.ts";
import { buildProgram } from "../../../../canaryctl/src/main.ts";

const of = { app: "shop", namespace: "shop-prod" };
const cluster = { server: "https://10.0.0.1:6443", "certificate-authority-data": "Q0E=" };
const text = kubeconfigText({ ...of, kubeContext: "prod", cluster, role: "mover", token: "a.b.c" });
const folder = mkdtempSync(join(tmpdir(), "accounts-"));

describe("a token", () => {
  const status = { token: "a.b.c", expirationTimestamp: "2026-01-01T01:00:00Z" };

  test("is asked for by the account's name and the time, and ends when the server says", async () => {
    const calls: unknown[] = [];
    const client = {
      create: async <T>(path: string, object: object) => {
        calls.push([path, object]);
        return { status } as T;
      },
    };
    expect(await requestToken(client, of, "mover", 3600)).toEqual({ token: "a.b.c", until: "2026-01-01T01:00:00Z" });
    expect(calls).toEqual([
      [
        "/api/v1/namespaces/shop-prod/serviceaccounts/shop-mover/token",
        { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 3600 } },
      ],
    ]);
  });

  test.each([
    [404, "The application has no account for role viewer.", /config set accounts true && npx canaryctl up/],
    [
      403,
      "This account may give no token of that one.",
      /auth can-i create serviceaccounts\/token --namespace shop-prod/,
    ],
    [500, "etcd is away", /^undefined$/],
  ])("that is refused with %i says what to do", async (code, message, next) => {
    const client = { create: () => Promise.reject(new ApiError(code, "etcd is away", "/api")) };
    const error = await requestToken(client, of, "viewer", 3600).catch((failure) => failure);
    expect(error.message).toBe(message);
    expect(String(error.next)).toMatch(next);
  });
});

describe("the kubeconfig", () => {
  const file = join(folder, "mover.yaml");

  test("has the stack's context, the cluster's own entry, and the token alone", () => {
    writePrivateFile(file, text);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(selectContext(readKubeconfig(file), { context: "prod" })).toEqual({
      cluster,
      user: { token: "a.b.c" },
      namespace: "shop-prod",
    });
    expect(readKubeconfig(file)["current-context"]).toBe("prod");
  });

  test("is written anew, and somebody else's file never", () => {
    writePrivateFile(file, text);
    expect(() => mustBeOurs(file)).not.toThrow();
    expect(() => mustBeOurs(join(folder, "none"))).not.toThrow();
    for (const [name, other] of Object.entries({ empty: "", theirs: text.replace("canary-lab-account", "mine") })) {
      writeFileSync(join(folder, name), other);
      expect(() => mustBeOurs(join(folder, name))).toThrow("The file is there, and this command has not written it.");
    }
    expect(() => mustBeOurs(folder)).toThrow(/EISDIR/);
  });
});

describe("the command line", () => {
  const parse = async (...words: readonly string[]) => {
    const program = await buildProgram(["kubeconfig"]);
    const [command] = program.commands;
    command?.exitOverride().configureOutput({ writeErr: () => {} });
    command?.action(() => {});
    // biome-ignore lint/suspicious/noExplicitAny: what settles the stack of a real run would look at this checkout
    (program as any)._lifeCycleHooks = {};
    await program.parseAsync(["kubeconfig", ...words], { from: "user" });
    return command?.opts();
  };

  test("takes a role and a time, an hour where none is given", async () => {
    expect(await parse("--role", "mover")).toEqual({ role: "mover", for: 3600 });
    expect(await parse("--role", "viewer", "--for", "24h")).toEqual({ role: "viewer", for: 86_400 });
  });

  test.each([
    [[], /--role/],
    [["--role", "admin"], /updater, mover, previewer, viewer/],
    [["--role", "mover", "--for", "9m"], /from 10m to 24h/],
    [["--role", "mover", "--for", "25h"], /from 10m to 24h/],
    [["--role", "mover", "--for", "soon"], /a time such as/],
  ])("refuses %j", async (words, message) => {
    await expect(parse(...words)).rejects.toThrow(message);
  });
});
