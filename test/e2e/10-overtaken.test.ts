import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { start } from "./support/command.ts";
import { backToStart, mustBeUp } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, kubectl, labShell, liveWeight, namespace, pulumi, requireLab } from "./support/lab.ts";
import { editConfig } from "./support/stack-config.ts";
import { until } from "./support/until.ts";

async function moveTo(canary: number): Promise<void> {
  expect((await canaryctl("set-traffic", String(100 - canary), String(canary))).exitCode).toBe(0);
}

const podsOfCanary = async (): Promise<number> =>
  Number(await kubectl("get", "deployment", "versioned-echo-v2", "-n", namespace, "-o", "jsonpath={.spec.replicas}"));

/** Leaves the mark of a rollback that was made on another machine. */
const markRollback = (mark: string): Promise<string> =>
  kubectl(
    ...["annotate", "configmap", "versioned-echo-history", "-n", namespace],
    ...[`canary-lab/rolled-back=${mark}`, "--overwrite"],
  );

describePart("a rollback that overtakes a plain pulumi up", () => {
  beforeAll(async () => {
    await requireLab();
    await backToStart();
  }, 120_000);

  afterAll(() => editConfig({ canaryReplicas: undefined }));

  describe("after its program has begun", () => {
    // On another machine the file here says nothing of it: all that there is of it is its mark in the cluster.
    test.each<[where: string, rollback: () => Promise<unknown>, why: RegExp, mark: RegExp]>([
      [
        "here",
        () => canaryctl("rollback"),
        /began with 50 % for the canary, and Pulumi\.dev\.yaml asks for 0 % now/,
        /^20\d\d-/,
      ],
      ["elsewhere", () => markRollback("elsewhere"), /sent back by a rollback since this command began/, /^elsewhere$/],
    ])(
      "made %s: the update that began with a share gives none, though the canary had none before",
      async (_, rollBack, why, mark) => {
        await moveTo(0);
        const replicas = (await podsOfCanary()) + 1;
        editConfig({ canaryWeight: 50, canaryReplicas: replicas });
        const updating = pulumi("up", "--yes", "--skip-preview");
        // Its pods come before its route.
        await until("the update has begun", async () => (await podsOfCanary()) === replicas);
        await rollBack();
        const outcome = await updating;
        expect(outcome.exitCode).not.toBe(0);
        expect(outcome.output).toMatch(why);
        expect(await liveWeight()).toBe(0);
        const kept = await kubectl("get", "configmap", "versioned-echo-history", "-n", namespace, "-o", "json");
        expect(JSON.parse(kept).metadata.annotations["canary-lab/rolled-back"]).toMatch(mark);
        editConfig({ canaryWeight: 0, canaryReplicas: undefined });
        await mustBeUp();
      },
      120_000,
    );
  });

  test("a rollback elsewhere, while plain pulumi previews: the update that follows gives no share, and one that is begun later does", async () => {
    await moveTo(0);
    editConfig({ canaryWeight: 50 });
    const options = { env: await labShell(), timeoutSeconds: 300 };
    const updating = start("pulumi", ["--non-interactive", "up", "--yes"], options);
    await until("its preview has begun", () => updating.output().includes("Previewing update"));
    await markRollback("elsewhere-in-the-preview");
    const outcome = await updating.finished;
    expect(outcome.exitCode).not.toBe(0);
    expect(outcome.output).toMatch(/sent back by a rollback since this command began/);
    expect(await liveWeight()).toBe(0);
    expect((await pulumi("up", "--yes")).exitCode).toBe(0);
    expect(await liveWeight()).toBe(50);
    await moveTo(10);
  }, 180_000);
});
