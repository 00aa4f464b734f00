import { beforeAll, describe, expect, test } from "@jest/globals";
import {
  kubectl,
  liveRoute,
  liveWeight,
  namespace,
  pulumi,
  pulumiJson,
  requireLab,
  route,
  up,
  weightPatch,
} from "./support/lab.ts";
import { routeInEffect, sampleLoad, sendLoad, splitFault } from "./support/traffic.ts";

/** What a preview says of one resource. */
interface Step {
  readonly op: string;
  readonly urn: string;
}

/** Resources that a preview would touch, as `<operation> <type>`. */
async function plannedChanges(): Promise<readonly string[]> {
  const { steps } = (await pulumiJson("preview", "--json")) as { readonly steps: readonly Step[] };
  return steps.filter(({ op }) => op !== "same").map(({ op, urn }) => `${op} ${urn.split("::")[2]?.split("$").at(-1)}`);
}

beforeAll(async () => {
  await requireLab();
  expect((await pulumi("config", "set", "canaryWeight", "10")).exitCode).toBe(0);
  expect((await pulumi("up", "--yes", "--skip-preview")).exitCode).toBe(0);
}, 120_000);

describe("plain pulumi, with canaryWeight set from 10 to 30", () => {
  test("previews one change, the route, with both weights", async () => {
    expect((await pulumi("config", "set", "canaryWeight", "30")).exitCode).toBe(0);
    expect(await plannedChanges()).toEqual(["update kubernetes:networking.istio.io/v1:VirtualService"]);
    const { stdout } = await pulumi("preview", "--diff");
    expect(stdout).toMatch(/weight\s*: 90 => 70/);
    expect(stdout).toMatch(/weight\s*: 10 => 30/);
    expect(await liveWeight()).toBe(10);
  }, 60_000);

  test("changes exactly that one, and the traffic follows", async () => {
    const outcome = await pulumi("up", "--yes");
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stdout).toMatch(/~ 1 updated/);
    expect(outcome.stdout).not.toMatch(/\d+ (created|deleted|replaced)/);
    await routeInEffect(30); // the engine ends when the API server has the route, and the client's sidecar takes it a moment later
    expect(splitFault(await sendLoad(sampleLoad), 30)).toBeUndefined();
  }, 90_000);

  test("has nothing left to do", async () => {
    expect((await pulumi("preview", "--expect-no-changes")).exitCode).toBe(0);
    const outcome = await pulumi("up", "--yes", "--expect-no-changes");
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stdout).toMatch(/\d+ unchanged/);
  }, 60_000);

  test("finds nothing adrift: what the cluster adds of its own is no change", async () => {
    expect((await pulumi("refresh", "--yes", "--expect-no-changes")).exitCode).toBe(0);
  }, 120_000);

  test("up puts back a route that a hand moved", async () => {
    const patch = weightPatch(await liveRoute(), 0);
    await kubectl("patch", "virtualservice", route, "-n", namespace, "--type=json", "-p", patch);
    expect(await liveWeight()).toBe(0);
    expect((await up()).exitCode).toBe(0);
    expect(await liveWeight()).toBe(30);
  });
});

test("fields of an object are set by their paths", async () => {
  for (const [path, value] of Object.entries({ "plan.weights[0]": "20", "plan.bake": "5s" }))
    expect((await pulumi("config", "set", "--path", path, value)).exitCode).toBe(0);
  expect((await pulumi("up", "--yes", "--skip-preview")).exitCode).toBe(0);
  expect(await pulumiJson("stack", "output", "plan", "--json")).toMatchObject({
    ladder: "20% for at least 5s, 100%",
  });
  expect((await pulumi("config", "rm", "plan")).exitCode).toBe(0);
}, 90_000);

test("a bad weight is refused by plain pulumi, too", async () => {
  expect((await pulumi("config", "set", "canaryWeight", "101")).exitCode).toBe(0);
  const outcome = await pulumi("up", "--yes");
  expect(outcome.exitCode).not.toBe(0);
  expect(outcome.output).toMatch(/canaryWeight/);
  expect(outcome.output).toMatch(/0\.\.100|0 to 100/);
  expect(await liveWeight()).toBe(30);
  expect((await pulumi("config", "set", "canaryWeight", "30")).exitCode).toBe(0);
}, 60_000);
