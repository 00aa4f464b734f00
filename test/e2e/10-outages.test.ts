import { beforeEach, describe, expect, test } from "@jest/globals";
import { start } from "./support/command.ts";
import {
  canaryctl,
  canaryctlFile,
  kubectl,
  liveRoute,
  liveWeight,
  namespace,
  requireLab,
  route,
  weightPatch,
} from "./support/lab.ts";
import { withoutNode } from "./support/obstacles.ts";
import { agentOf, labProcesses } from "./support/processes.ts";
import { note } from "./support/rollout.ts";
import { sampleLoad, sendLoad, splitFault, startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";

beforeEach(async () => {
  await requireLab();
  expect((await canaryctl("set-traffic", "50", "50")).exitCode).toBe(0);
}, 90_000);

const startRollback = () => start(canaryctlFile, ["rollback"], { timeoutSeconds: 200 });

/** It has named who is away, and claims nothing of the traffic yet. */
async function waitsFor(who: RegExp, { output }: ReturnType<typeof startRollback>): Promise<void> {
  await until(`rollback says that it waits for ${who}`, () => who.test(output()), { seconds: 40 });
  expect(output()).not.toMatch(/routed to the stable side|Rolled back/);
}

async function expectRolledBack({ finished }: ReturnType<typeof startRollback>): Promise<void> {
  const { exitCode, output, seconds } = await finished;
  note(`rolled back after ${seconds} s`);
  expect(exitCode).toBe(0);
  expect(output).toMatch(/All traffic is routed to the stable side \(it was 50\/50\)/);
  expect(await liveWeight()).toBe(0);
}

describe("a rollback waits for who is away, names it, and moves the traffic when it is back", () => {
  test("Istio's control plane", async () => {
    const load = await startSteadyLoad({ rate: 100 });
    const rollback = await withoutNode(async () => {
      await kubectl("delete", "pod", "-n", "istio-system", "-l", "app=istiod", "--grace-period=1");
      const running = startRollback();
      await waitsFor(/Istio's control plane does not answer: trying again/, running);
      expect(await liveWeight()).toBe(50);
      return running;
    });
    await expectRolledBack(rollback);
    expect((await load.stop()).failed).toBe(0);
    expect(splitFault(await sendLoad(sampleLoad), 0)).toBeUndefined();
  }, 240_000);

  test("the API server", async () => {
    const [pid = 0] = labProcesses("kube-apiserver");
    expect(pid).toBeGreaterThan(1);
    process.kill(pid, "SIGSTOP");
    const rollback = startRollback();
    try {
      await waitsFor(/The cluster's API server does not answer: trying again/, rollback);
    } finally {
      process.kill(pid, "SIGCONT");
    }
    await expectRolledBack(rollback);
    expect(splitFault(await sendLoad(sampleLoad), 0)).toBeUndefined();
  }, 240_000);
});

test("a proxy that does not follow the route is named by status, until it does", async () => {
  const clients = ["get", "pods", "-n", namespace, "-l", "app=versioned-echo-client", "-o"];
  const pod = await kubectl(...clients, "jsonpath={.items[0].metadata.name}");
  const agent = agentOf(pod);
  expect(agent).toBeGreaterThan(1);
  const lags = async () => {
    const { stdout } = await canaryctl("status");
    return (
      stdout.includes(`The proxy of pod ${pod} has not got the route`) && /sends 50\/50, .* says 80\/20/.test(stdout)
    );
  };
  process.kill(agent, "SIGSTOP"); // by which its Envoy gets what the control plane hands out
  try {
    await kubectl(
      "patch",
      "virtualservice",
      route,
      "-n",
      namespace,
      "--type=json",
      "-p",
      weightPatch(await liveRoute(), 20),
    );
    expect(await lags()).toBe(true);
  } finally {
    process.kill(agent, "SIGCONT");
  }
  await until("the proxy has the route", async () => !(await lags()));
  expect((await canaryctl("up")).exitCode).toBe(0);
  expect(await liveWeight()).toBe(50);
}, 90_000);
