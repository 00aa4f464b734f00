import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeLayout } from "@canary-lab/embedded-cluster/node/layout";
import { leftovers } from "@canary-lab/embedded-cluster/node/machine/leftovers";
import { machineLock } from "@canary-lab/embedded-cluster/node/machine/owner";
import { endProcesses, markedProcesses } from "@canary-lab/embedded-cluster/node/supervision/proc";
import { withLock } from "@canary-lab/kit/lock";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { execa } from "execa";
import { labFolder, repositoryRoot } from "../../cluster/lab-folder.ts";
import { type Outcome, start } from "./support/command.ts";
import { describePart } from "./support/describe-part.ts";
import { requireLab, up } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { until } from "./support/until.ts";

// Other clusters on the lab's machine, through the package's own command: without a lab in them they are up in seconds. Each test goes on
// with what the one before left.

const command = join(repositoryRoot, "node_modules", ".bin", "embedded-cluster");
const homes = [1, 2].map((n) => mkdtempSync(join(tmpdir(), `cluster-${n}-`)));
const [firstHome = "", secondHome = ""] = homes;

const startCluster = (home: string, name: string) => start(command, ["--home", home, name], { timeoutSeconds: 180 });
const cluster = (home: string, name: string): Promise<Outcome> => startCluster(home, name).finished;

/** As a user deletes it while it is in use: what is mounted cannot be deleted, all else is gone. */
const deleteFolder = (folder: string) => execa("rm", ["-rf", folder], { reject: false });

let winner = "";

afterAll(() => {
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

describePart("the machine", () => {
  beforeAll(() => requireLab(), 90_000);

  test("a lab whose cluster was deleted while it ran is taken down from any other folder", async () => {
    for (const folder of ["node", "run"]) await deleteFolder(join(labFolder, folder));
    expect(await leftovers(labFolder)).not.toEqual([]);
    const outcome = await cluster(firstHome, "down");
    expect(outcome.exitCode).toBe(0);
    expect(outcome.output).toContain(labFolder);
    expect(await leftovers(labFolder)).toEqual([]);
    expect(existsSync(join(labFolder, "node"))).toBe(false);
  }, 120_000);

  test("of two that start at once one comes up, and the other is refused and says how to take the first down", async () => {
    const runs = await withLock(
      machineLock,
      () => undefined,
      async () => {
        const started = homes.map((home) => ({ home, run: startCluster(home, "up") }));
        const isWaiting = () => started.every(({ run }) => run.output().includes("waiting for it"));
        await until("both runs wait for the machine", async () => isWaiting(), { seconds: 60 });
        return started;
      },
    );
    const ended = await Promise.all(runs.map(async ({ home, run }) => ({ home, outcome: await run.finished })));
    winner = ended.find(({ outcome }) => outcome.exitCode === 0)?.home ?? "";
    const loser = ended.find(({ home }) => home !== winner);
    expect(homes).toContain(winner);
    expect(loser && refusalFault(loser.outcome, /Another embedded cluster is running/)).toBeUndefined();
    expect(loser?.outcome.output).toContain(`npx embedded-cluster down --home ${winner}`);
    expect((await cluster(winner, "status")).exitCode).toBe(0);
  }, 240_000);

  test("one that lost power comes up again, whatever was torn, and keeps the torn data", async () => {
    const { state, damaged } = nodeLayout(winner);
    await endProcesses(
      markedProcesses().filter((process) => process.home === winner),
      0,
    );
    const log = join(state, "etcd", "member", "wal");
    const torn = [
      ...readdirSync(log).map((name) => join(log, name)),
      join(state, "containerd", "io.containerd.metadata.v1.bolt", "meta.db"),
      join(state, "kubelet", "allocated_pods_state"),
      join(state, "pki", "service-account.pub"),
      join(state, "pki", "admin.pem"),
    ];
    for (const file of torn) writeFileSync(file, "torn".repeat(5000));
    const outcome = await cluster(winner, "up");
    expect(outcome.exitCode).toBe(0);
    for (const name of ["etcd", "containerd", "kubelet"])
      expect(outcome.output).toContain(`The data of ${name} is damaged`);
    expect(readdirSync(damaged).sort()).toEqual(["containerd", "etcd", "kubelet"]);
    expect((await cluster(winner, "status")).exitCode).toBe(0);
  }, 240_000);

  test("one whose folder was deleted comes up again in the same folder", async () => {
    await deleteFolder(winner);
    const outcome = await cluster(winner, "up");
    expect(outcome.exitCode).toBe(0);
    expect(outcome.output).toContain("was deleted while it ran");
    expect((await cluster(winner, "down")).exitCode).toBe(0);
    expect(await leftovers(winner)).toEqual([]);
  }, 240_000);

  test("the lab comes up again, in a cluster that is a new one", async () => {
    expect((await cluster(secondHome, "down")).exitCode).toBe(0);
    const outcome = await up();
    expect(outcome.exitCode).toBe(0);
    expect(outcome.output).toContain("forgetting the state of the one before");
  }, 600_000);
});
