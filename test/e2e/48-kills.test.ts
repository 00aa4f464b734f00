import { leftovers } from "@canary-lab/embedded-cluster/node/machine/leftovers";
import { describe, expect, test } from "@jest/globals";
import { labFolder } from "../../cluster/lab-folder.ts";
import { startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { fullStack, isFullStackReady } from "./support/full-stack.ts";
import { down, exportState, kubectl, liveWeight, namespace, pulumi, startUp, up, watchWeight } from "./support/lab.ts";
import { note } from "./support/rollout.ts";
import { configuredWeight, editConfig } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { sampleLoad, sendLoad, splitFault } from "./support/traffic.ts";
import { until } from "./support/until.ts";

// A kill comes when the cluster shows that the stage is under way, never after a time.

type Running = ReturnType<typeof startUp>;

/** kill -9 of the command and everything it started in its process group. */
const killAll = ({ pid }: Running): void => void process.kill(-pid, "SIGKILL");

/** kill -9 of the command alone: what it started goes on without it. */
const killFront = ({ pid }: Running): void => void process.kill(pid, "SIGKILL");

/** Starts `up`, kills it as soon as `underWay` answers true, and checks that the kill came in time. */
async function killUpWhile(
  what: string,
  underWay: () => Promise<boolean>,
  kill: (running: Running) => void,
): Promise<void> {
  const running = startUp();
  const ended = running.finished.then(() => true);
  await until(
    what,
    () =>
      Promise.race([
        underWay().catch(() => false),
        ended.then(() => Promise.reject(new Error(`up ended before: ${what}`))),
      ]),
    {
      seconds: 300,
    },
  );
  kill(running);
  expect((await running.finished).exitCode).not.toBe(0);
}

/** `up` after a kill: it succeeds, and then traffic, state and cluster agree. */
async function expectConvergence(weight: number): Promise<void> {
  expect((await up()).exitCode).toBe(0);
  await expectWhole(weight);
}

async function expectWhole(weight: number): Promise<void> {
  expect(splitFault(await sendLoad(sampleLoad), weight)).toBeUndefined();
  expect(await liveWeight()).toBe(weight);
  expect((await exportState()).pending_operations ?? []).toEqual([]);
  expect((await pulumi("preview", "--expect-no-changes")).exitCode).toBe(0);
}

const deployment = async (name: string, where: string) =>
  JSON.parse(await kubectl("get", "deployment", name, "-n", where, "-o", "json")) as {
    readonly spec: { readonly replicas: number };
    readonly status: { readonly readyReplicas?: number };
  };

describePart("kills", () => {
  withStrategy({ ...startingPoint, ...fullStack, canaryWeight: 30 });

  describe("a rebuild in mid-canary", () => {
    test("down leaves nothing behind, and can be repeated", async () => {
      expect((await down()).exitCode).toBe(0);
      expect(await leftovers(labFolder)).toEqual([]);
      expect((await down()).exitCode).toBe(0);
      expect(await leftovers(labFolder)).toEqual([]);
      expect(configuredWeight()).toBe(30);
    }, 400_000);

    test("up, killed whole while istiod comes up, then repeated, comes back to the same weight", async () => {
      const istiodUnderWay = async () => ((await deployment("istiod", "istio-system")).status.readyReplicas ?? 0) === 0;
      const began = Date.now();
      await killUpWhile("istiod is there and not ready", istiodUnderWay, killAll);
      expect((await up()).exitCode).toBe(0);
      await until("the whole stack is ready", isFullStackReady, { seconds: 240 });
      const seconds = (Date.now() - began) / 1000;
      note(`killed and repeated, up had all of the lab ready after ${seconds} s`);
      expect(seconds).toBeLessThanOrEqual(240);
      await expectWhole(30);
    }, 1_000_000);
  });

  test("up, killed at its front while workloads roll out, then repeated, converges", async () => {
    editConfig({ replicas: 3 });
    const rollingOut = async () => {
      const { spec, status } = await deployment("versioned-echo-v1", namespace);
      return spec.replicas === 3 && (status.readyReplicas ?? 0) < 3;
    };
    await killUpWhile("v1 is to have three replicas and has fewer", rollingOut, killFront);
    await expectConvergence(30);
    expect((await deployment("versioned-echo-v1", namespace)).status.readyReplicas).toBe(3);
  }, 600_000);

  describe("up, killed between the change of the route and the note of it in the state, then repeated, converges", () => {
    test.each([
      ["whole", killAll, 40],
      ["at its front", killFront, 60],
    ])(
      "%s",
      async (_, kill, weight) => {
        editConfig({ canaryWeight: weight });
        const watch = await watchWeight();
        await killUpWhile("the live route has the new weight", async () => watch.latest() === weight, kill);
        watch.stop();
        await expectConvergence(weight);
      },
      600_000,
    );
  });
});
