import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { enterStack, mustBeUp, startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, kubectl, namespace, requireLab } from "./support/lab.ts";
import { podinfoService, pushPodinfo } from "./support/podinfo.ts";
import { phaseReached } from "./support/rollout.ts";
import { editConfig, readConfig, type StackValues } from "./support/stack-config.ts";
import { sendLoad, startSteadyLoad } from "./support/traffic.ts";
import { Measured } from "./support/whole-release.ts";

const byHand = { steps: [{ weight: 25, pause: true }] };

/** Each strategy, and how a canary that was created gets its share before all of the traffic. */
const ways: readonly (readonly [strategy: string, values: StackValues, steps: readonly (readonly string[])[]])[] = [
  ["istio", { plan: "25" }, [["promote"]]],
  ["gateway-api", { plan: "25" }, [["promote"]]],
  ["rollout-canary", { plan: byHand }, []],
  ["rollout-blue-green", {}, []],
  ["replica-ratio", { plan: "25", replicas: 4 }, [["promote"]]],
];

describePart("an application that nobody here wrote: podinfo, from its Go module", () => {
  let [stable, canary] = ["", ""];
  const service = () => ({ service: podinfoService, stableImage: stable, canaryImage: canary });

  beforeAll(async () => {
    await requireLab();
    [stable = "", canary = ""] = await pushPodinfo(["blue", "green"]);
    await enterStack(startingPoint);
    await enterStack({ strategy: "istio" });
  }, 900_000);
  afterAll(async () => {
    editConfig({ previousImage: undefined });
    await enterStack(startingPoint);
  }, 300_000);

  test("takes the place of versioned-echo, and no request is lost", async () => {
    const load = await startSteadyLoad();
    editConfig(service());
    await mustBeUp();
    const { failed, errors, sent, statuses } = await load.stop();
    expect({ failed, errors, statuses }).toEqual({ failed: 0, errors: {}, statuses: { 200: sent } });
  }, 300_000);

  describe.each(ways)("with %s", (strategy, values, steps) => {
    test("the way there loses no request", async () => {
      const report = await enterStack({ strategy, ...values, ...service() });
      expect(report?.failed).toBe(strategy === "istio" ? undefined : 0); // it is there already
      expect(await answering()).toEqual(["blue"]);
    }, 600_000);

    test("a whole release and its way back lose no request of 300 in a second", async () => {
      const measured = new Measured();
      await measured.command("create-canary", "--image", canary);
      if (strategy === "rollout-canary") await phaseReached("Paused");
      for (const step of steps) await measured.command(...step);
      const seen = await canaryctl("status", "--traffic", "400");
      expect([seen.exitCode, seen.stdout]).toEqual([0, expect.stringMatching(/ requests .* answered, 0 failed/)]);
      await measured.command("promote", "--full", "--now", "--reason", "measured");
      expect(await answering()).toEqual(["green"]);
      expect([readConfig("stableImage"), readConfig("canaryEnabled")]).toEqual([canary, "false"]);
      await measured.command("rollback");
      await measured.end();
      expect(await answering()).toEqual(["blue"]);
      expect(readConfig("stableImage")).toBe(stable);
      expect((await sendLoad({ requests: 300, rate: 300 })).failed).toBe(0);
    }, 600_000);
  });
});

/** The colours that answer a caller in the mesh: Rollouts keeps pods for a while that get nothing any more. */
async function answering(): Promise<readonly string[]> {
  const ask = `const ask = async () => (await (await fetch("http://versioned-echo/")).json()).color;
    Promise.all(Array.from({ length: 60 }, ask)).then((colours) => console.log(JSON.stringify([...new Set(colours)])));`;
  const client = ["-n", namespace, "deployment/versioned-echo-client", "-c", "client"];
  return JSON.parse(await kubectl("exec", ...client, "--", "node", "-e", ask));
}
