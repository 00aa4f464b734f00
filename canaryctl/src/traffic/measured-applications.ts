import { UserError } from "@canary-lab/kit/user-error";
import { withService } from "../../../stacks/service-commands.ts";
import type { Lab } from "../lab.ts";
import { headerHint } from "../strategies/header.ts";
import type { ReleaseStrategy } from "../strategies/strategy.ts";
import { type Measuring, measureSplit } from "./measured-split.ts";
import { splitTable } from "./report.ts";
import { splitFault } from "./split-fault.ts";
import type { SplitVerdict } from "./verdict.ts";

/** What came of measuring one application of a stack. */
export interface MeasuredApplication {
  readonly lab: Lab;
  /** What was counted, or why nothing could be; "header" where a header decides. */
  readonly result: SplitVerdict | UserError | "header";
}

/** How many are measured side by side: the load of more would make requests of a small cluster fail. */
const sideBySide = 8;

/**
 * Measures applications of a stack, each from its own client's pod.
 *
 * @param strategyOf the way to release of one
 * @param measuring each of them
 * @returns in their order
 */
export async function measureApplications(
  labs: readonly Lab[],
  strategyOf: (lab: Lab) => Promise<ReleaseStrategy>,
  measuring: Measuring,
): Promise<readonly MeasuredApplication[]> {
  const measured: MeasuredApplication[] = [];
  const waiting = [...labs.entries()];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, lab] = next;
      measured[index] = { lab, result: await measure(lab, await strategyOf(lab), measuring) };
    }
  };
  await Promise.all(Array.from({ length: sideBySide }, work));
  return measured;
}

async function measure(
  lab: Lab,
  strategy: ReleaseStrategy,
  measuring: Measuring,
): Promise<MeasuredApplication["result"]> {
  if (strategy.owner === "ingress") return "header";
  try {
    return await measureSplit(await lab.client(), lab, strategy, measuring);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}

/** What was seen, for people. */
export function measuredText({ lab, result }: MeasuredApplication): readonly string[] {
  const { service } = lab.stackFile;
  const subject = service === undefined ? "Traffic" : `Traffic of ${service}`;
  if (result === "header") return [`${subject}: not counted, for a header decides: ${headerHint(lab)}`];
  return result instanceof UserError ? [`${subject}: not measured`] : splitTable(result, subject);
}

/** Why an application's split is not as wanted, by the service's name where it is one; undefined where it is, or where a header decides. */
export function measuredFault({ lab, result }: MeasuredApplication): UserError | undefined {
  if (result === "header") return undefined;
  if (!(result instanceof UserError)) return splitFault(result, lab);
  const { service } = lab.stackFile;
  if (service === undefined) return result;
  const { message, place, allowed, first, next } = result;
  return new UserError(`Service ${service}: ${message}`, {
    ...(place && { place }),
    ...(allowed && { allowed }),
    ...(first && { first }),
    ...(next && { next: withService(next, service) }),
    cause: result,
  });
}
