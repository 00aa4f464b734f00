import type { Command } from "commander";
import type { Faults } from "../../../apps/versioned-echo/src/faults.ts";
import type { Side } from "../../../canary/judge/counters/telemetry.ts";
import { healing } from "../../../stacks/live/ways-to-serve.ts";
import { faultsText, readFaults, setFaults } from "../faults.ts";
import { type Lab, openLab } from "../lab.ts";
import { print } from "../print.ts";
import { openMove, strategyOf } from "../strategies/table.ts";
import { UsageError } from "../usage-error.ts";
import { optionsOf } from "./arguments.ts";

interface FaultFlags {
  readonly errorRate?: number;
  readonly latency?: number;
  readonly notReady?: boolean;
  readonly crash?: boolean;
  readonly none?: boolean;
  readonly json?: boolean;
}

export async function run(side: Side, command: Command): Promise<void> {
  const { none, json, ...options } = optionsOf<FaultFlags>(command);
  const faults = faultsOf(options);
  const isNamed = Object.keys(faults).length > 0;
  if (none && isNamed)
    throw new UsageError("--none takes the faults away, and others are named.", {
      allowed: "--none, or any of --error-rate, --latency, --not-ready, --crash",
      next: healing(side),
    });
  if (json && (none || isNamed))
    throw new UsageError("--json tells what is set, and faults are to be set.", {
      allowed: "--json alone",
      next: `npx canaryctl faults ${side} --json`,
    });
  const lab = openLab(options);
  if (none || isNamed) await set(lab, side, faults);
  else await show(lab, side, json);
}

async function set(given: Lab, side: Side, faults: Partial<Faults>): Promise<void> {
  const { lab, strategy } = await openMove(given);
  print([await setFaults(lab, strategy, side, faults)]);
}

async function show(lab: Lab, side: Side, json = false): Promise<void> {
  const pods = await readFaults(lab, await strategyOf(lab), side);
  print([json ? JSON.stringify(pods, null, 2) : faultsText(side, pods)]);
}

const faultsOf = ({ errorRate, latency, notReady, crash }: FaultFlags): Partial<Faults> => ({
  ...(errorRate !== undefined && { errorRate }),
  ...(latency !== undefined && { latencyMilliseconds: latency }),
  ...(notReady && { ready: false }),
  ...(crash && { crash }),
});
