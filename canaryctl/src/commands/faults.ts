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

const allowed = "--none, or any of --error-rate, --latency, --not-ready, --crash";

export async function run(side: "stable" | "canary", command: Command): Promise<void> {
  const options = optionsOf<FaultFlags>(command);
  const faults = faultsOf(options);
  const isNamed = Object.keys(faults).length > 0;
  if (options.none && isNamed) {
    throw new UsageError("--none takes the faults away, and others are named.", {
      allowed,
      next: `npx canaryctl faults ${side} --none`,
    });
  }
  const opened = openLab(options);
  if (!options.none && !isNamed) {
    throw new UsageError("No fault is named.", {
      allowed,
      next: `npx canaryctl faults ${side} --error-rate 0.3`,
    });
  }
  const { lab, strategy } = await openMove(opened);
  print([await setFaults(lab, strategy, side, faults)]);
}

const faultsOf = ({ errorRate, latency, notReady, crash }: FaultFlags): Partial<Faults> => ({
  ...(errorRate !== undefined && { errorRate }),
  ...(latency !== undefined && { latencyMilliseconds: latency }),
  ...(notReady && { ready: false }),
  ...(crash && { crash }),
});
