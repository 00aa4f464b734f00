import { beforeAll, expect, test } from "@jest/globals";
import { canaryctl, liveWeight, requireLab } from "./support/lab.ts";
import { configuredWeight } from "./support/stack-config.ts";
import { sampleLoad, sendLoad, splitFault } from "./support/traffic.ts";

beforeAll(requireLab, 60_000);

// Each answer is counted as soon as the command has ended: what it reports is then already true in the mesh.
test.each([0, 10, 30, 50, 100])(
  "set-traffic gives v2 %i percent of 2,000 requests",
  async (weight) => {
    const outcome = await canaryctl("set-traffic", String(100 - weight), String(weight));
    expect(outcome.exitCode).toBe(0);
    expect(splitFault(await sendLoad(sampleLoad), weight)).toBeUndefined();
    expect(await liveWeight()).toBe(weight);
    expect(configuredWeight()).toBe(weight); // the position is in git
  },
  90_000,
);
