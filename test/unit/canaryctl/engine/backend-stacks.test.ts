import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { stacksInBackend } from "../../../../canaryctl/src/engine/backend-stacks.ts";
import type { EngineProcess } from "../../../../canaryctl/src/engine/process.ts";
import { noCluster } from "../../../../stacks/stack-environment.ts";

/** The engine, with this answer. */
const engine = (code: number, ...lines: readonly string[]) => {
  const calls: string[] = [];
  const run = async ({ args }: EngineProcess) => {
    calls.push(args.join(" "));
    return { code, lines, output: lines, isInterrupted: false };
  };
  return { run, calls };
};
const remote = { PULUMI_BACKEND_URL: "s3://bucket" };

test("the engine is asked where the backend is no folder, by whatever names it has for the stacks", async () => {
  const { run, calls } = engine(0, '[{"name":"dev","current":true},', '{"name":"acme/canary-lab/prod"}]');
  expect(await stacksInBackend(noCluster, run, remote)).toEqual(["dev", "prod"]);
  expect(calls).toEqual([expect.stringMatching(/^stack ls --json --non-interactive/)]);
});

test("a folder is read without it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "state-"));
  mkdirSync(join(folder, ".pulumi/stacks/canary-lab"), { recursive: true });
  writeFileSync(join(folder, ".pulumi/stacks/canary-lab/qa.json"), "{}");
  const { run, calls } = engine(1);
  expect(await stacksInBackend(noCluster, run, { PULUMI_BACKEND_URL: `file://${folder}` })).toEqual(["qa"]);
  expect(calls).toEqual([]);
});

test("what the engine says is told where it cannot list them", async () => {
  const { run } = engine(255, "error: no credentials for the bucket");
  await expect(stacksInBackend(noCluster, run, remote)).rejects.toThrow(/no credentials for the bucket/);
});
