import { expect, test } from "@jest/globals";
import { readRollout } from "../../canary/rollout/rollout-status.ts";
import { describePart } from "./support/describe-part.ts";
import { setFaults } from "./support/faults.ts";
import { fullStack } from "./support/full-stack.ts";
import { canaryctl, kubectl, namespace, route } from "./support/lab.ts";
import { expectCannotStart, withoutNode } from "./support/obstacles.ts";
import { liveRollout, note, phaseReached } from "./support/rollout.ts";
import { readConfig } from "./support/stack-config.ts";
import { withStrategy } from "./support/strategy.ts";
import { sendLoad, startSteadyLoad, type Target } from "./support/traffic.ts";
import { until } from "./support/until.ts";

withStrategy({
  ...fullStack,
  strategy: "rollout-blue-green",
  // Short, for a release of the same image waits until the pods of the last one are gone.
  blueGreen: { postPromotionAnalysis: true, scaleDownDelaySeconds: 10, abortScaleDownDelaySeconds: 5 },
});

const byHeader: Target = { headers: { "X-Canary": "v2" } };
const byService: Target = { url: "http://versioned-echo-preview/" };
const answers = async (target: Target = {}) => (await sendLoad({ requests: 500, rate: 400, ...target })).versions;

async function preview(): Promise<void> {
  const outcome = await canaryctl("create-canary", "--image", "versioned-echo:v2");
  expect(outcome.exitCode).toBe(0);
  expect(outcome.output).toMatch(/canaryctl promote/);
}

test("a route that was changed by hand is named by doctor, and an update puts it back", async () => {
  const elsewhere = JSON.stringify({
    spec: { http: [{ route: [{ destination: { host: "versioned-echo-preview" } }] }] },
  });
  await kubectl("patch", "virtualservice", route, "-n", namespace, "--type", "merge", "-p", elsewhere);
  const { exitCode, stdout } = await canaryctl("doctor", "--json");
  expect(exitCode).toBe(1);
  const changed = expect.objectContaining({ id: `route-drift/VirtualService/${route}`, mend: ["npx canaryctl up"] });
  expect(JSON.parse(stdout).findings).toContainEqual(changed);
  expect((await canaryctl("up")).exitCode).toBe(0);
  expect(JSON.parse((await canaryctl("doctor", "--json")).stdout).findings).not.toContainEqual(changed);
}, 120_000);

describePart("a release", () => {
  test("a preview that finds no node is told soon, and a rollback ends it", async () => {
    await withoutNode(async () => {
      expectCannotStart(await canaryctl("create-canary", "--image", "versioned-echo:v2"), /unschedulable/);
      expect((await canaryctl("rollback")).exitCode).toBe(0);
    });
  }, 120_000);

  test("the new colour is in preview, and no user sees it", async () => {
    const load = await startSteadyLoad();
    await preview();
    expect(await answers(byHeader)).toEqual({ v2: 500 });
    expect(await answers(byService)).toEqual({ v2: 500 });
    const { failed, sent, versions } = await load.stop();
    expect({ failed, versions }).toEqual({ failed: 0, versions: { v1: sent } });
  }, 180_000);

  test("an abort leaves the users where they are, and a retry brings the preview back", async () => {
    const load = await startSteadyLoad();
    expect((await canaryctl("abort")).exitCode).toBe(0);
    expect((await canaryctl("retry")).exitCode).toBe(0);
    await phaseReached("Paused");
    const { failed, sent, versions } = await load.stop();
    expect({ failed, versions }).toEqual({ failed: 0, versions: { v1: sent } });
    expect(await answers(byHeader)).toEqual({ v2: 500 });
  }, 180_000);

  test("a promotion moves all users at once, and no request is lost", async () => {
    const load = await startSteadyLoad();
    const { exitCode, began } = await canaryctl("promote");
    expect(exitCode).toBe(0);
    await phaseReached("Healthy"); // when its post-promotion analysis has passed
    const { failed, sent, versions, firstSeen, lastSeen } = await load.stop();
    note(
      `${failed} of ${sent} failed; the first v2 ${(firstSeen.v2 ?? 0) - began} ms, the last v1 ${(lastSeen.v1 ?? 0) - began} ms after the command`,
    );
    expect(failed).toBe(0);
    expect(versions.v2).toBeGreaterThan(0);
    expect((lastSeen.v1 ?? 0) - (firstSeen.v2 ?? 0)).toBeLessThan(1000);
    expect(await answers()).toEqual({ v2: 500 });
  }, 240_000);

  test("a rollback of the finished release brings the old colour back, and no request is lost", async () => {
    const load = await startSteadyLoad();
    expect((await canaryctl("promote")).exitCode).toBe(0); // its analysis has ended: the release is written to the config
    expect(readConfig("stableImage")).toBe("versioned-echo:v2");
    expect((await canaryctl("rollback")).exitCode).toBe(0);
    const { failed, sent } = await load.stop();
    note(`${failed} of ${sent} failed`);
    expect(failed).toBe(0);
    expect(await answers()).toEqual({ v1: 500 });
    expect(readConfig("stableImage")).toBe("versioned-echo:v1");
  }, 240_000);

  test("what fails after its promotion goes back by itself, and up says why", async () => {
    await preview();
    const load = await startSteadyLoad();
    const { exitCode, began } = await canaryctl("promote");
    expect(exitCode).toBe(0);
    expect(await setFaults("version=v2", { errorRate: 0.3 })).toBeGreaterThan(0);
    const { message } = await phaseReached("Degraded");
    note(`back ${(Date.now() - began) / 1000} s after the promotion: ${message}`);
    await until("the users are back", async () => {
      const { hashes } = readRollout(await liveRollout());
      return hashes.active === hashes.stable;
    });
    const { versions } = await load.stop();
    expect(versions.v2).toBeGreaterThan(0);
    expect(await answers()).toEqual({ v1: 500 });

    const again = await canaryctl("up");
    expect(again.exitCode).not.toBe(0);
    expect(again.output).toMatch(/post-promotion/);
    expect((await canaryctl("rollback")).exitCode).toBe(0);
  }, 300_000);
});
