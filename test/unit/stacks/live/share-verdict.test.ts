import { describe, expect, test } from "@jest/globals";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { type SidePods, shareFault } from "../../../../stacks/live/share-verdict.ts";
import { defaults } from "../sample-config.ts";

const configWith = (values: Readonly<Record<string, string>> = {}) =>
  parseConfig({ ...defaults, replicas: "2", canaryReplicas: "2", canaryEnabled: "true", ...values });
const autoscaled = configWith({ autoscaling: '{"minReplicas":2,"maxReplicas":20}' });
const pods = (ready: number) => ({ ready, wanted: ready });
const verdict = (config: typeof autoscaled, from: number, to: number, stable: number, canary: number) =>
  shareFault({ from, to, stable: pods(stable), canary: pods(canary) }, config);

describe("the pods that carry all of the traffic", () => {
  test("are as many as the config says", () => {
    expect(verdict(configWith(), 0, 100, 8, 2)).toBeUndefined();
    expect(verdict(configWith(), 0, 60, 8, 1)?.message).toMatch(/60 % of the traffic needs 2 of the 2/);
  });

  test("are those that carry it now where an autoscaler has their number, and the way to more is printed", () => {
    expect(verdict(autoscaled, 0, 30, 8, 3)).toBeUndefined();
    expect(verdict(autoscaled, 0, 30, 8, 2)).toMatchObject({
      message: expect.stringMatching(/has 2 ready pods, and 30 % of the traffic needs 3 of the 8 that carry all of it/),
      allowed: expect.stringMatching(/allowOverload/),
      next: expect.stringMatching(/^kubectl -n \S+ scale deployment \S+-v2 --replicas 3 && kubectl .* rollout status/),
    });
    expect(verdict({ ...autoscaled, allowOverload: true }, 0, 30, 8, 2)).toBeUndefined();
  });

  test("are the canary's where it has the greater share, and never fewer than the autoscaler's least", () => {
    expect(verdict(autoscaled, 60, 40, 2, 6)?.message).toMatch(/60 % of the traffic needs 4 of the 6/);
    expect(verdict(autoscaled, 60, 40, 4, 6)).toBeUndefined();
    expect(verdict(autoscaled, 0, 100, 0, 1)?.message).toMatch(/needs 2 of the 2/);
  });
});

describe("a side of which no pod is ready", () => {
  const next = (
    from: number,
    to: number,
    side: { readonly stable?: SidePods; readonly canary?: SidePods },
    values = {},
  ) => shareFault({ from, to, stable: pods(2), canary: pods(2), ...side }, configWith(values))?.next?.split("\n");
  const unready = { ready: 0, wanted: 2 };
  const describeOf = (version: string) =>
    expect.stringMatching(`^kubectl -n \\S+ describe deployment \\S+-${version}$`);

  test("is made healthy, or is freed of its users: an update would only wait", () => {
    const faults = "npx canaryctl faults canary --none";
    expect(next(10, 50, { canary: unready })).toEqual(["npx canaryctl rollback", faults, describeOf("v2")]);
    expect(next(0, 50, { canary: unready })).toEqual([faults, describeOf("v2")]);
    expect(next(50, 10, { stable: unready })).toEqual(["npx canaryctl faults stable --none", describeOf("v1")]);
    const foreign = { canaryImage: "ghcr.io/team/shop:v2" };
    expect(next(10, 50, { canary: unready }, foreign)).toEqual(["npx canaryctl rollback", describeOf("v2")]);
  });

  test("gets its pods by an update where it has none", () => {
    expect(next(10, 50, { canary: pods(0) })).toEqual(["npx canaryctl rollback", "npx canaryctl up"]);
    expect(next(50, 10, { stable: pods(0) })).toEqual(["npx canaryctl up"]);
  });
});
