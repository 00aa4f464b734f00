import { beforeAll, describe, expect, test } from "@jest/globals";
import { enterStack, startingPoint } from "./support/configure.ts";
import { describePart } from "./support/describe-part.ts";
import { askGateway } from "./support/gateway.ts";
import { canaryctl, kubectl, namespace, requireLab } from "./support/lab.ts";
import { routeInEffect, sampleLoad, sendLoad, splitFault } from "./support/traffic.ts";

const cookie = "lab-side";

async function moveTo(canary: number): Promise<void> {
  expect((await canaryctl("set-traffic", String(100 - canary), String(canary))).exitCode).toBe(0);
  await routeInEffect(canary);
}

/** Which versions answer requests with this header, from a pod in the mesh. */
async function answersTo(headers: Readonly<Record<string, string>>): Promise<Readonly<Record<string, number>>> {
  const { versions, failed } = await sendLoad({ requests: 300, rate: 300, headers });
  expect(failed).toBe(0);
  return versions;
}

const targeted = { "X-Canary": "v2" };
const marks: Readonly<Record<string, string>> = { v1: "stable", v2: "canary-v2" };
const onSide = (version: string) => ({ cookie: `other=1; ${cookie}=${marks[version]}` });

/** The side that an answer came from, and the cookie that it brought. */
const firstVisit = async (): Promise<string> => {
  const script =
    'const r = await fetch("http://versioned-echo/"); console.log((await r.json()).version, r.headers.get("set-cookie"))';
  const client = ["-n", namespace, "deployment/versioned-echo-client", "-c", "client"];
  return kubectl("exec", ...client, "--", "node", "--input-type=module", "--eval", script);
};

describePart("users by header and cookie", () => {
  beforeAll(async () => {
    await requireLab();
    await enterStack({ ...startingPoint, stickyCookie: cookie });
  }, 240_000);

  describe("while the canary has 10 percent", () => {
    test("the header reaches it always, from inside and through the gateway", async () => {
      expect(await answersTo(targeted)).toEqual({ v2: 300 });
      expect(await askGateway({ port: 30080, requests: 200, headers: targeted })).toEqual({ v2: 200 });
    }, 60_000);

    test("a first answer says on which side the user is, by a cookie", async () => {
      const [version = "", ...rest] = (await firstVisit()).split(" ");
      expect(rest.join(" ")).toBe(`${cookie}=${marks[version]}; Path=/; Max-Age=86400; HttpOnly; SameSite=Lax`);
    }, 60_000);

    test("the cookie keeps a user on either side", async () => {
      expect(await answersTo(onSide("v1"))).toEqual({ v1: 300 });
      expect(await answersTo(onSide("v2"))).toEqual({ v2: 300 });
    }, 60_000);

    test("the cookie of a release before means nothing", async () => {
      const report = await sendLoad({ ...sampleLoad, headers: { cookie: `${cookie}=canary-v0` } });
      expect(splitFault(report, 10)).toBeUndefined();
    }, 60_000);

    test("everybody else is split by the weight", async () => {
      expect(splitFault(await sendLoad(sampleLoad), 10)).toBeUndefined();
    }, 60_000);
  });

  test("the cookie holds while the weight moves", async () => {
    await moveTo(90);
    expect(await answersTo(onSide("v1"))).toEqual({ v1: 300 });
    expect(await answersTo(onSide("v2"))).toEqual({ v2: 300 });
  }, 90_000);

  test("at the end of the release everybody is on the canary", async () => {
    await moveTo(100);
    expect(await answersTo(onSide("v1"))).toEqual({ v2: 300 });
  }, 90_000);

  test("a rollback is for everybody, whatever the header or the cookie says", async () => {
    expect((await canaryctl("rollback")).exitCode).toBe(0);
    await routeInEffect(0);
    expect(await answersTo(targeted)).toEqual({ v1: 300 });
    expect(await answersTo(onSide("v2"))).toEqual({ v1: 300 });
  }, 90_000);
});
