import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { enterStack, startingPoint, withoutCanary } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { canaryctl, kubectl, namespace, pulumi, requireLab } from "./support/lab.ts";
import { byApiServer, outsideLoad, removeCaller, startCaller } from "./support/outside-caller.ts";
import { startSteadyLoad } from "./support/traffic.ts";
import { until } from "./support/until.ts";

/** Runs a command under load from inside and from outside the mesh: neither loses a request. @returns who answered outside */
async function underLoad(...words: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const inside = await startSteadyLoad();
  const { sent, versions, errors } = await outsideLoad(async () => {
    expect(await canaryctl(...words)).toMatchObject({ exitCode: 0 });
  });
  expect({ errors }).toEqual({ errors: {} });
  expect(sent).toBeGreaterThan(10); // some 150 in a second, where the machine is not busy
  expect(await inside.stop()).toMatchObject({ failed: 0, errors: {} });
  return versions;
}

/** Who answers outside once a command is done: by a load of new connections for as long, and by the API server's proxy. */
async function outsideNow() {
  const begun = Date.now();
  const { versions, errors } = await outsideLoad(() =>
    until("three seconds of load are over", async () => Date.now() - begun > 3000, { seconds: 10 }),
  );
  expect(errors).toEqual({});
  return Object.keys({ ...versions, ...Object.fromEntries((await byApiServer(20)).map((one) => [one, 1])) }).sort();
}

const selector = async (): Promise<unknown> =>
  JSON.parse(await kubectl("get", "service", "versioned-echo", "-n", namespace, "-o", "jsonpath={.spec.selector}"));

const app = "versioned-echo";

describePart("callers outside the mesh", () => {
  beforeAll(async () => {
    await requireLab();
    await enterStack({ ...startingPoint, ...withoutCanary });
    await startCaller();
  }, 240_000);
  afterAll(removeCaller, 60_000);

  test("meet no canary that has no share", async () => {
    expect(Object.keys(await underLoad("create-canary", "--image", "versioned-echo:v2"))).toEqual(["v1"]);
    expect(await selector()).toEqual({ app, version: "v1" });
    expect(await outsideNow()).toEqual(["v1"]);
  }, 240_000);

  test("are spread over the pods of both sides while it has one", async () => {
    await underLoad("set-traffic", "90", "10");
    expect(await selector()).toEqual({ app });
    expect(await outsideNow()).toEqual(["v1", "v2"]);
  }, 240_000);

  test("are back on the stable side after a rollback", async () => {
    await underLoad("rollback");
    expect(await selector()).toEqual({ app, version: "v1" });
    expect(await outsideNow()).toEqual(["v1"]);
  }, 240_000);

  test("lose no request, and neither do those inside, where plain pulumi up moves the weight", async () => {
    for (const [weight, wanted] of [
      [10, { app }],
      [0, { app, version: "v1" }],
    ] as const) {
      const inside = await startSteadyLoad();
      const { errors } = await outsideLoad(async () => {
        expect((await pulumi("config", "set", "canaryWeight", String(weight))).exitCode).toBe(0);
        expect((await pulumi("up", "--yes", "--skip-preview")).exitCode).toBe(0);
      });
      expect({ errors, inside: await inside.stop() }).toMatchObject({ errors: {}, inside: { failed: 0, errors: {} } });
      expect(await selector()).toEqual(wanted);
    }
    expect(await outsideNow()).toEqual(["v1"]);
  }, 300_000);
});
