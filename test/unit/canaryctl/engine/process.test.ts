import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { stacksInBackend } from "../../../../canaryctl/src/engine/backend-stacks.ts";
import { PulumiEngine } from "../../../../canaryctl/src/engine/engine.ts";
import { runPulumi } from "../../../../canaryctl/src/engine/process.ts";
import { noCluster } from "../../../../stacks/stack-environment.ts";

/** A PATH on which `pulumi` is this shell script. */
function pathWith(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-"));
  writeFileSync(join(folder, "pulumi"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "pulumi"), 0o755);
  return `${folder}:/usr/bin:/bin`;
}

describe("runPulumi", () => {
  test("gives the lines of both streams, the exit code, and the environment asked for", async () => {
    const PATH = pathWith('echo "out $1 $COLOUR"; echo err >&2; exit 3');
    const exit = await runPulumi({ args: ["up"], variables: { PATH, COLOUR: "red" }, onLine: () => {} });
    expect(exit.code).toBe(3);
    expect([...exit.lines].sort()).toEqual(["err", "out up red"]);
    expect(exit.isInterrupted).toBe(false);
  });

  test("says what to do where there is no pulumi", async () => {
    const run = runPulumi({ args: [], variables: { PATH: "/nowhere" }, onLine: () => {} });
    await expect(run).rejects.toMatchObject({ name: "UserError", next: "npx canaryctl up" });
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("passes %s on once, and waits for the end", async (signal) => {
    // Not a shell's trap: a shell that is started in the background ignores SIGINT for good.
    const program =
      "process.on('SIGINT', () => { console.log('asked'); process.exit(1) }); console.log('ready'); setInterval(() => {}, 1000)";
    const PATH = pathWith(`exec '${process.execPath}' -e "${program}"`);
    const exit = await runPulumi({
      args: [],
      variables: { PATH },
      onLine: (line) => {
        if (line !== "ready") return;
        process.emit(signal, signal);
        process.emit(signal, signal);
      },
    });
    expect(exit).toMatchObject({ code: 1, isInterrupted: true });
    expect(exit.lines).toEqual(["ready", "asked"]);
    expect(process.listenerCount(signal)).toBe(0);
  });

  const warning = "echo 'warning: a new version of Pulumi is available' >&2;";
  const stacks = (script: string) =>
    stacksInBackend({ ...noCluster, path: [pathWith(script)] }, runPulumi, { PULUMI_BACKEND_URL: "s3://bucket" });
  const state = (script: string) => new PulumiEngine("dev", { PATH: pathWith(script) }).exportState();

  test("what a command answers as JSON is read without what it says beside that", async () => {
    expect(await stacks(`${warning} echo '[{"name":"dev"}]'; ${warning}`)).toEqual(["dev"]);
    expect(await state(`${warning} echo '{"version":3,'; ${warning} echo '"deployment":{}}'`)).toEqual({
      version: 3,
      deployment: {},
    });
  });

  test("what it says beside that is in the error where there is no answer", async () => {
    const broken = "echo 'error: it broke' >&2; exit 255";
    await expect(stacks(broken)).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/it broke/),
    });
    await expect(state(broken)).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/it broke/),
    });
    const cut = `${warning} echo '[{"name":'`;
    const told = { name: "UserError", message: expect.stringMatching(/no JSON.*a new version of Pulumi/s) };
    await expect(stacks(cut)).rejects.toMatchObject(told);
    await expect(state(cut)).rejects.toMatchObject(told);
  });
});
