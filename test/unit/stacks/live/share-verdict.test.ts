import { describe, expect, test } from "@jest/globals";
import { parseConfig } from "../../../../stacks/config/parse-config.ts";
import { shareFault } from "../../../../stacks/live/share-verdict.ts";
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
