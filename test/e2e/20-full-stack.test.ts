import { beforeAll, describe, expect, test } from "@jest/globals";
import { labGigabytes } from "../../bench/memory.ts";
import { start } from "./support/command.ts";
import { backToStart } from "./support/configure.ts";
import { fullStack, isFullStackReady } from "./support/full-stack.ts";
import { canaryctl, kubectl, pulumi, requireLab } from "./support/lab.ts";
import { note } from "./support/rollout.ts";
import { editConfig } from "./support/stack-config.ts";
import { splitFault, startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";

// The cases of the strategies, up to 50, find the lab as this one leaves it.

beforeAll(async () => {
  await requireLab();
  await backToStart();
}, 300_000);

describe("monitoring and Rollouts", () => {
  test("are added to a live lab by its config, and no request fails of it", async () => {
    editConfig(fullStack);
    const adding = start("npm", ["run", "up"], { timeoutSeconds: 1800 }); // builds what no `up` needed before, which takes minutes
    await until("the tools are built and the stack is being deployed", () => /[▶✔] deploy/.test(adding.output()), {
      seconds: 1700,
    });
    const load = await startSteadyLoad();
    expect((await adding.finished).exitCode).toBe(0);
    await until("the whole stack is ready", isFullStackReady, { seconds: 240 });
    const report = await load.stop();
    expect(report.failed).toBe(0);
    expect(splitFault(report, 10)).toBeUndefined();
  }, 1_900_000);

  test("are nothing to do for the next up", async () => {
    expect((await pulumi("preview", "--expect-no-changes")).exitCode).toBe(0);
    const outcome = await canaryctl("up");
    expect(outcome.exitCode).toBe(0);
    note(`\`canaryctl up\` with nothing to do took ${outcome.seconds} s`);
    expect(outcome.output).not.toMatch(/\d+ (created|updated|deleted|replaced)/);
  }, 120_000);

  test("leave Grafana's password in no state, preview, history or finding", async () => {
    const path = "jsonpath={.data.admin-password}";
    const encoded = await kubectl("get", "secret", "kps-grafana-admin", "-n", "monitoring", "-o", path);
    const password = Buffer.from(encoded, "base64").toString();
    expect(password).toMatch(/^[\w-]{32}$/);
    const asked = await Promise.all([
      pulumi("stack", "export"),
      pulumi("stack", "history", "--json"),
      canaryctl("preview", "--json"),
      canaryctl("history", "--json"),
      canaryctl("doctor", "--json"),
    ]);
    for (const { output, command } of asked) {
      expect([command, output.length > 0]).toEqual([command, true]);
      for (const secret of [encoded, password]) expect([command, output.includes(secret)]).toEqual([command, false]);
    }
  }, 60_000);

  test("take 4 GB of memory at most, with the lab", () => {
    const gigabytes = labGigabytes();
    note(`the whole stack takes ${gigabytes} GB`);
    expect(gigabytes).toBeLessThanOrEqual(4);
  });
});
