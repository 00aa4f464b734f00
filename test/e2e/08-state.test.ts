import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { inLab } from "../../cluster/lab-folder.ts";
import { mustRun, start } from "./support/command.ts";
import { doctor, findingOf, runMend } from "./support/doctor.ts";
import {
  canaryctl,
  canaryctlFile,
  exportState,
  kubectl,
  labShell,
  liveWeight,
  namespace,
  requireLab,
} from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { until } from "./support/until.ts";

const state = inLab("state/.pulumi/stacks/canary-lab/dev.json");

/** What makes the objects of the application those that they are: one that is made again has another. */
const uids = () =>
  kubectl(
    ...["get", "deployments,services,virtualservices,destinationrules,configmaps", "-n", namespace],
    ...["-o", "jsonpath={range .items[*]}{.kind} {.metadata.name} {.metadata.uid}{'\\n'}{end}"],
  );

beforeAll(async () => {
  await requireLab();
  expect((await canaryctl("set-traffic", "60", "40")).exitCode).toBe(0);
}, 90_000);

describe("a state that is not as it should be is not taken for one that is absent", () => {
  test("one that is cut short: up makes nothing, status and doctor say so, and the printed command puts it back", async () => {
    const [before, whole] = [await uids(), readFileSync(state)];
    writeFileSync(state, whole.subarray(0, whole.length / 2));
    try {
      expect(refusalFault(await canaryctl("up"), /state of stack dev is damaged/, /dev\.json$/m)).toBeUndefined();
      const status = await canaryctl("status");
      expect(status.exitCode).toBe(1);
      expect(status.stdout).toMatch(/The state of stack dev is damaged[\s\S]*next: +cp /);
      const { findings } = await doctor();
      const found = findings.find(({ id }) => id === "state-damaged");
      expect(found).toMatchObject({ severity: "error" });
      expect(findings).not.toContainEqual(expect.objectContaining({ id: "state-absent" }));
      await runMend(found);
      expect((await exportState()).resources?.length).toBeGreaterThan(20);
    } finally {
      writeFileSync(state, whole);
    }
    expect(await uids()).toBe(before);
  }, 60_000);

  test("one that the engine has compressed: up finds all of it there", async () => {
    const folder = mkdtempSync(join(tmpdir(), "compressed-"));
    const file = join(folder, "state.json");
    const [before, { resources }] = [await uids(), await exportState()];
    const env = { ...(await labShell()), PULUMI_DIY_BACKEND_GZIP: "true" };
    await mustRun("pulumi", ["stack", "export", "--stack", "dev", "--file", file], { env });
    await mustRun("pulumi", ["stack", "import", "--stack", "dev", "--file", file], { env });
    rmSync(folder, { recursive: true });
    expect([existsSync(state), existsSync(`${state}.gz`)]).toEqual([false, true]);

    const outcome = await canaryctl("up");
    expect(outcome.exitCode).toBe(0);
    expect(outcome.output).not.toMatch(/\d+ (created|deleted|replaced)/);
    expect((await exportState()).resources?.length).toBe(resources?.length);
    expect(await uids()).toBe(before);
    expect(await findingOf("state-absent")).toBeUndefined();
  }, 60_000);
});

test("the lock of a command that was killed days ago is taken away by the next one, which does not wait", async () => {
  const folder = inLab("state/.pulumi/locks/organization/canary-lab/dev");
  const killed = start(canaryctlFile, ["set-traffic", "50", "50"]);
  const [file, lock] = await until("the engine holds the stack", () => {
    const [name = ""] = existsSync(folder) ? readdirSync(folder).filter((each) => each.endsWith(".json")) : [];
    const text = name && readFileSync(join(folder, name), "utf8");
    return text.endsWith("}")
      ? ([join(folder, name), JSON.parse(text) as { readonly pid: number }] as const)
      : undefined;
  });
  for (const pid of [-killed.pid, lock.pid]) process.kill(pid, "SIGKILL");
  await killed.finished;
  const fiveDays = 5 * 24 * 3_600_000;
  writeFileSync(file, JSON.stringify({ ...lock, timestamp: new Date(Date.now() - fiveDays).toISOString() }));

  expect(await findingOf(`dead-lock/${lock.pid}`)).toMatchObject({ severity: "warning" });
  const outcome = await canaryctl("set-traffic", "70", "30");
  expect(outcome.exitCode).toBe(0);
  expect(outcome.output).toContain(`Took away the lock of an update that was killed (process ${lock.pid})`);
  expect(outcome.seconds).toBeLessThan(20);
  expect(existsSync(file)).toBe(false);
  expect(await liveWeight()).toBe(30);
}, 60_000);
