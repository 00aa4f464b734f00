import { existsSync, readFileSync } from "node:fs";
import { delimiter } from "node:path";
import { leftovers } from "@canary-lab/embedded-cluster/node/machine/leftovers";
import { expect, test } from "@jest/globals";
import { inLab, labFolder } from "../../cluster/lab-folder.ts";
import { mustRun, userEnvironment } from "./support/command.ts";
import { canaryctl, down } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";

test("down takes the lab away: no process, mount, link, chain, network or file is left", async () => {
  expect((await down()).exitCode).toBe(0);
  expect(await leftovers(labFolder)).toEqual([]);
  expect(existsSync(inLab("kubeconfig"))).toBe(false);
}, 200_000);

// `leftovers` is the lab's own list, and what it forgets `down` forgets, too: so the kernel is asked as well.
test("the kernel knows no mount, link or chain of a lab any more, and forwards as it did before", async () => {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  expect(mounts.filter((line) => line.includes(`${labFolder}/`))).toEqual([]);
  expect(readFileSync("/proc/net/dev", "utf8")).not.toContain("canary-lab");
  // The lab's own iptables first: the system's may be of the other kind, which sees other tables.
  const env = { ...userEnvironment(), PATH: [inLab("bin"), process.env.PATH].join(delimiter) };
  const { stdout } = await mustRun("iptables-save", [], { env, quiet: true });
  expect(stdout).not.toMatch(/KUBE-|CANARY-LAB-/);
  // Known only where no lab stood when the suite began.
  const before = process.env.FORWARDING_BEFORE;
  if (before !== undefined) expect(readFileSync("/proc/sys/net/ipv4/ip_forward", "utf8").trim()).toBe(before);
});

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
