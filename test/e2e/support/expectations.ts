import { expect } from "@jest/globals";
import { canaryctl } from "./lab.ts";
import { routeInEffect, sampleLoad, sendLoad, splitFault } from "./traffic.ts";

export async function mustSucceed(...command: readonly string[]): Promise<void> {
  expect((await canaryctl(...command)).exitCode).toBe(0);
}

/** The client's sidecar has the share, and so have the answers. */
export async function expectSplit(percent: number): Promise<void> {
  await routeInEffect(percent);
  expect(splitFault(await sendLoad(sampleLoad), percent)).toBeUndefined();
}
