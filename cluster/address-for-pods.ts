import { isIPv4 } from "node:net";
import { type Run, runCommand } from "./docker.ts";
import { networkGateways } from "./kind/commands.ts";
import type { TargetName } from "./target.ts";

const addresses: Readonly<Record<TargetName, (run: Run) => Promise<string | undefined>>> = {
  existing: async () => undefined,
  kind: async (run) => (await run(networkGateways)).split(/\s+/).find(isIPv4),
  embedded: async () => (await import("./embedded.ts")).nodeAddress(),
};

/**
 * The address of this machine that the pods of a cluster reach which the lab has made here, and no other machine; undefined where nobody
 * knows one, as of a cluster of the user's own.
 */
export const addressForPods = (target: TargetName, run: Run = runCommand): Promise<string | undefined> =>
  addresses[target](run);
