import type { Command } from "commander";
import type { Faults } from "../../../apps/versioned-echo/src/faults.ts";
import { setFaults } from "../faults.ts";
import { openLab } from "../lab.ts";
import { print } from "../print.ts";
import { openMove } from "../strategies/table.ts";
import { UsageError } from "../usage-error.ts";
import { optionsOf } from "./arguments.ts";

interface FaultFlags {
  readonly errorRate?: number;
  readonly latency?: number;
  readonly notReady?: boolean;
  readonly crash?: boolean;
  readonly none?: boolean;
}

export async function run(side: "stable" | "canary", command: Command): Promise<void> {
  const options = optionsOf<FaultFlags>(command);
  const faults = faultsOf(options);
  if (Object.keys(faults).length > 0 === (options.none ?? false)) {
    throw new UsageError(options.none ? "--none takes the faults away, and others are named." : "No fault is named.", {
      allowed: "--none, or any of --error-rate, --latency, --not-ready, --crash",
      next: options.none ? `npx canaryctl faults ${side} --none` : `npx canaryctl faults ${side} --error-rate 0.3`,
    });
  }
  const { lab, strategy } = await openMove(openLab(options));
  print([await setFaults(lab, strategy, side, faults)]);
}

const faultsOf = ({ errorRate, latency, notReady, crash }: FaultFlags): Partial<Faults> => ({
  ...(errorRate !== undefined && { errorRate }),
  ...(latency !== undefined && { latencyMilliseconds: latency }),
  ...(notReady && { ready: false }),
  ...(crash && { crash }),
});
