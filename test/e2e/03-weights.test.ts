import { beforeAll, expect, test } from "@jest/globals";
import { canaryctl, liveWeight, requireLab } from "./support/lab.ts";
import { configuredWeight } from "./support/stack-config.ts";
import { routeInEffect, sampleLoad, sendLoad, splitFault } from "./support/traffic.ts";

beforeAll(requireLab, 60_000);

// A command that raises the weight ends when the API server has the route, and the client's sidecar takes it a moment later.
test.each([0, 10, 30, 50, 100])(
  "set-traffic gives v2 %i percent of 2,000 requests",
  async (weight) => {
    const outcome = await canaryctl("set-traffic", String(100 - weight), String(weight));
    expect(outcome.exitCode).toBe(0);
    await routeInEffect(weight);
    expect(splitFault(await sendLoad(sampleLoad), weight)).toBeUndefined();
    expect(await liveWeight()).toBe(weight);
    expect(configuredWeight()).toBe(weight); // the position is in git
  },
  90_000,
);
