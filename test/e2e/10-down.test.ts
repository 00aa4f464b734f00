import { existsSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { leftovers } from "../../cluster/embedded/node/leftovers.ts";
import { inLab } from "../../cluster/lab-folder.ts";
import { mustRun } from "./support/command.ts";
import { canaryctl, down } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";

test("down takes the lab away: no process, mount, link, chain, network or file is left", async () => {
  expect((await down()).exitCode).toBe(0);
  expect(await leftovers()).toEqual([]);
  expect(existsSync(inLab("kubeconfig"))).toBe(false);
}, 200_000);

test("down can be repeated", async () => {
  expect((await down()).exitCode).toBe(0);
}, 60_000);

test("the clone holds no file that was not there before, and no change but the user's own in the stack's config", async () => {
  const { stdout } = await mustRun("git", ["status", "--porcelain"]);
  const changed = stdout.split("\n").filter((line) => line !== "" && !line.endsWith(" Pulumi.dev.yaml"));
  expect(changed).toEqual(JSON.parse(process.env.CHANGED_BEFORE ?? "[]"));
});

test.each([["status"], ["set-traffic", "90", "10"], ["rollback"], ["delete-canary"]])(
  "%s without a lab says how to get one",
  async (...args) => {
    expect(refusalFault(await canaryctl(...args), /up/)).toBeUndefined();
  },
  60_000,
);
