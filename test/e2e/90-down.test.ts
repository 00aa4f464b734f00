import { existsSync, readFileSync } from "node:fs";
import { delimiter } from "node:path";
import { leftovers } from "@canary-lab/embedded-cluster/node/machine/leftovers";
import { expect, test } from "@jest/globals";
import { inLab, labFolder } from "../../cluster/lab-folder.ts";
import { mustRun, userEnvironment } from "./support/command.ts";
import { canaryctl, down } from "./support/lab.ts";
import { machineBefore, traceMachine, unlisted } from "./support/machine-trace.ts";
import { refusalFault } from "./support/refusal.ts";
import { until } from "./support/until.ts";

test("down takes the lab away: no process, mount, link, chain, network or file is left", async () => {
  expect((await down()).exitCode).toBe(0);
  expect(await leftovers(labFolder)).toEqual([]);
  expect(existsSync(inLab("kubeconfig"))).toBe(false);
}, 200_000);

// `leftovers` is the lab's own list, and what it forgets `down` forgets, too: so the kernel is asked as well.
test("the kernel knows no mount, link or chain of a lab any more", async () => {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8").split("\n");
  expect(mounts.filter((line) => line.includes(`${labFolder}/`))).toEqual([]);
  expect(readFileSync("/proc/net/dev", "utf8")).not.toContain("canary-lab");
  // The lab's own iptables first: the system's may be of the other kind, which sees other tables.
  const env = { ...userEnvironment(), PATH: [inLab("bin"), process.env.PATH].join(delimiter) };
  const { stdout } = await mustRun("iptables-save", [], { env, quiet: true });
  expect(stdout).not.toMatch(/KUBE-|CANARY-LAB-/);
});

test("the machine is what it was before the first up, but for what the footprint says stays", async () => {
  const before = machineBefore();
  if (before === undefined) return; // a lab stood when the suite began
  let fault = "not looked yet";
  // `down` leaves the deletion of caches to a process of its own, which has to end.
  const look = () => {
    fault = unlisted(before, traceMachine(), { onlyStaying: true }).join("\n");
    return fault === "";
  };
  await until("the machine is as before", look, { everyMilliseconds: 1000 }).catch(() => undefined);
  expect(fault).toBe("");
}, 100_000);

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
