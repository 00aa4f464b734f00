import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { type ProgramRun, packageManager, pluginCommand, programCommand } from "../../src/language/commands.ts";

/** Any folder that depends on the SDK. */
const programFolder = join(import.meta.dirname, "../..");
const resolve = createRequire(`${programFolder}/package.json`).resolve;

const run: ProgramRun = {
  programDirectory: programFolder,
  rootDirectory: "/root",
  entryPoint: "index.ts",
  options: { typescript: false },
  pwd: "/work",
  engineAddress: "127.0.0.1:1",
  monitorAddress: "127.0.0.1:2",
  organization: "organization",
  project: "canary-lab",
  stack: "dev",
  parallel: 16,
  dryRun: true,
  config: { "canary-lab:canaryWeight": "30" },
  configSecretKeys: ["canary-lab:password"],
  args: [],
};

describe("the command of a program", () => {
  test("starts the program's own SDK, with what the engine said", () => {
    const command = programCommand(run, { HOME: "/home" });
    expect(command.folder).toBe("/work");
    expect(command.args.join(" ")).toBe(
      `${resolve("@pulumi/pulumi/cmd/run")} --monitor 127.0.0.1:2 --engine 127.0.0.1:1 --organization organization ` +
        "--project canary-lab --stack dev --root-directory /root --parallel 16 --dry-run --pwd /work index.ts",
    );
    expect(command.environment).toEqual({
      HOME: "/home",
      PULUMI_NODEJS_TYPESCRIPT: "false",
      PULUMI_CONFIG: '{"canary-lab:canaryWeight":"30"}',
      PULUMI_CONFIG_SECRET_KEYS: '["canary-lab:password"]',
    });
  });

  test("of an update is no dry run; without a main it is the folder; arguments come last", () => {
    const { args } = programCommand({ ...run, dryRun: false, entryPoint: "", args: ["a", "b"] }, {});
    expect(args).not.toContain("--dry-run");
    expect(args.slice(-3)).toEqual([".", "a", "b"]);
  });

  test("takes Node's flags and the tsconfig from the project's options; ts-node is the SDK's default", () => {
    const options = { nodeargs: " --max-old-space-size=512  --no-warnings ", tsconfig: "deploy/tsconfig.json" };
    const { args, environment } = programCommand({ ...run, options }, {});
    expect(args.slice(0, 2)).toEqual(["--max-old-space-size=512", "--no-warnings"]);
    expect(environment).toMatchObject({
      PULUMI_NODEJS_TYPESCRIPT: "true",
      PULUMI_NODEJS_TSCONFIG_PATH: "deploy/tsconfig.json",
    });
  });

  test("without the SDK says where and what to run", () => {
    expect(() => programCommand({ ...run, programDirectory: "/" }, {})).toThrow(
      expect.objectContaining({
        message: "The package @pulumi/pulumi is not installed.",
        place: "/",
        next: "npm --prefix / install",
      }),
    );
  });
});

test("a package manager is one of the known ones, not any program", () => {
  expect(packageManager({})).toBe("npm");
  expect(packageManager({ packagemanager: "pnpm" })).toBe("pnpm");
  expect(() => packageManager({ packagemanager: "/tmp/p.sh" })).toThrow(
    expect.objectContaining({ name: "UserError", allowed: "npm, yarn, pnpm, bun" }),
  );
});

describe("the command of a plugin", () => {
  const plugin = {
    kind: "analyzer",
    programDirectory: programFolder,
    options: { typescript: false },
    pwd: "/work",
    args: ["127.0.0.1:1"],
    environment: ["A=b=c", "EMPTY="],
  };

  test("for a policy pack runs in the pack's folder, with the config preloaded", () => {
    const { args, folder, environment } = pluginCommand(plugin);
    expect(folder).toBe(programFolder);
    expect(args[0]).toBe("--import");
    expect(args[1]).toMatch(/^file:.*\/policy-config\.ts$/);
    expect(args.slice(2)).toEqual([resolve("@pulumi/pulumi/cmd/run-policy-pack"), "127.0.0.1:1", programFolder]);
    expect(environment).toEqual({ A: "b=c", EMPTY: "", PULUMI_NODEJS_TYPESCRIPT: "false" });
  });

  test("for a provider runs where the engine says", () => {
    const { args, folder } = pluginCommand({ ...plugin, kind: "resource" });
    expect(folder).toBe("/work");
    expect(args).toEqual([resolve("@pulumi/pulumi/cmd/run-plugin"), programFolder, "127.0.0.1:1"]);
  });

  test("of another kind is refused", () => {
    expect(() => pluginCommand({ ...plugin, kind: "converter" })).toThrow('cannot run plugins of the kind "converter"');
  });
});
