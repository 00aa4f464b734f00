import { withNext } from "@canary-lab/kit/user-error";
import type { Release } from "./strategy.ts";

/** The fault of a release of which nothing is there. */
export const notDeployedFault = withNext("The application is not deployed.", "npx canaryctl up");

/** The shares of a release that nobody can tell, or that no share is asked of. */
export const noShares = { wanted: undefined, live: undefined, liveOwner: undefined, expected: undefined } as const;

export const notDeployed = (names: Release["names"]): Release => ({
  ...noShares,
  names,
  workloads: [],
  fault: notDeployedFault,
});
