import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Bucket, startBucket } from "./support/bucket.ts";
import { mustRun, run } from "./support/command.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, canaryctlFile, labShell, liveWeight, requireLab } from "./support/lab.ts";
import { refusalFault } from "./support/refusal.ts";
import { keepConfig } from "./support/stack-config.ts";

// The state of the lab's own stack, copied into a bucket as a user copies it. The folder's stays as it was, and the weight comes back to what it
// says.

const folder = mkdtempSync(join(tmpdir(), "state-copy-"));
let bucket: Bucket | undefined;
let env: Record<string, string>;
let restoreConfig: (() => void) | undefined;

const inBucket = (...args: readonly string[]) => run(canaryctlFile, args, { env });

describePart("the state of the lab in a bucket", () => {
  beforeAll(async () => {
    await requireLab();
    restoreConfig = keepConfig();
    expect((await canaryctl("set-traffic", "50", "50")).exitCode).toBe(0);
    bucket = await startBucket();
    env = { ...(await labShell()), ...bucket.variables };
    const file = join(folder, "state.json");
    await mustRun("pulumi", ["stack", "export", "--stack", "dev", "--file", file], { env: await labShell() });
    await mustRun("pulumi", ["stack", "init", "dev", "--no-select"], { env });
    await mustRun("pulumi", ["stack", "import", "--stack", "dev", "--file", file], { env });
  }, 600_000);

  afterAll(async () => {
    await bucket?.stop();
    restoreConfig?.();
    rmSync(folder, { recursive: true, force: true });
  });

  test("nothing changes by the move, and all of the stack is read from there", async () => {
    const [preview, list] = await Promise.all([inBucket("preview", "--markdown"), inBucket("stack", "list", "--json")]);
    expect(preview.stdout).toMatch(/No change in `dev`/);
    const dev = JSON.parse(list.stdout).find(({ stack }: { readonly stack: string }) => stack === "dev");
    expect(dev).toMatchObject({ isDeployed: true, drift: [] });
    expect(dev.knownBy).toContain("state");
  }, 60_000);

  test("the traffic is moved by it", async () => {
    expect((await inBucket("set-traffic", "60", "40")).exitCode).toBe(0);
    expect(await liveWeight()).toBe(40);
  }, 60_000);

  test("the lock of another runner is told with its holder, and the next update is done once it is gone", async () => {
    const lock = { pid: 4242, username: "ci", hostname: "runner-1", timestamp: new Date().toISOString() };
    bucket?.put(".pulumi/locks/organization/canary-lab/dev/e2e.json", JSON.stringify(lock));
    for (const command of ["up", "down"]) {
      const refused = await inBucket(command);
      expect(refusalFault(refused, /process 4242 of ci on runner-1, since /, /pulumi cancel --yes/)).toBeUndefined();
    }
    expect(await liveWeight()).toBe(40);
    await mustRun("pulumi", ["cancel", "--yes", "dev"], { env });
    expect((await inBucket("set-traffic", "50", "50")).exitCode).toBe(0);
    expect(await liveWeight()).toBe(50);
  }, 90_000);
});
