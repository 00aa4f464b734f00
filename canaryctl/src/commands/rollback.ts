import { ApiError } from "@canary-lab/kit/kube/client";
import { UserError, withNext } from "@canary-lab/kit/user-error";
import type { ApplicationName } from "../../../canary/application-name.ts";
import { writeChanges } from "../applied.ts";
import type { LabCommand } from "../command-line/command.ts";
import { freeStack } from "../engine/update.ts";
import { noteRollback } from "../history/store.ts";
import { type GlobalOptions, type Lab, openForRollback, type RouteFlags } from "../lab.ts";
import { print, say } from "../print.ts";
import { hasMoved } from "../strategies/nothing.ts";
import { lockSeconds, onlyWithoutFile } from "../strategies/rolled-back.ts";
import type { Say } from "../strategies/strategy.ts";
import { type Move, openRollback, type Rollback } from "../strategies/table.ts";
import { AwayError, patiently } from "../traffic/patiently.ts";
import { optionsOf } from "./arguments.ts";
import { runMove } from "./run-move.ts";

export async function run(command: LabCommand): Promise<void> {
  command.hasMoved = await rollBack(optionsOf<RouteFlags>(command), print);
}

/**
 * Sends all traffic of a stack back.
 *
 * @param tell gets what was done
 * @throws UserError that says what is left to do
 */
export async function rollBack(
  options: GlobalOptions & RouteFlags,
  tell: (lines: readonly string[]) => void,
): Promise<boolean> {
  const given = openForRollback(options);
  const { others, hasHalted, ...move } = await openSettled(given);
  const { fileFault, config } = move.lab;
  if (fileFault)
    say(`${fileFault.message} This goes by what is deployed: ${config.app} in namespace ${config.namespace}.`);
  const isBegun = others.length === 0 || (await isLive(move));
  const moving = isBegun ? runMove(move, (strategy, lab) => strategy.rollback(lab, say)) : onlyTheFile(move);
  // For updates that are under way, here or elsewhere: beside the move, and never in its way.
  const marked = noteRollback(given.cluster, config).then(
    () => true,
    () => false,
  );
  const done = await moving;
  if (!fileFault) tell([done]);
  if (!(await marked)) await mark(given.cluster, config, say);
  if (fileFault) throw onlyWithoutFile(fileFault);
  return hasHalted || hasMoved(done);
}

/**
 * Where an update to another namespace has not ended, the traffic goes to the one before still: it is sent back there first. An update that
 * runs on must end before anything is known of the other one.
 */
async function openSettled(lab: Lab): Promise<Rollback & { readonly hasHalted: boolean }> {
  const opened = await openRollback(lab, say);
  if (opened.others.length === 0) return { ...opened, hasHalted: false };
  for (const { lab: other, strategy } of opened.others) {
    void mark(lab.cluster, other.config, say);
    const outcome = strategy.halt
      ? await strategy.halt(other, say).then(
          () => "its traffic there is sent to the stable side",
          (error: Error) => `its traffic there could not be sent to the stable side: ${error.message}`,
        )
      : "its traffic there moves with an update only";
    say(`The stack runs in namespace ${other.config.namespace}, too: ${outcome}.`);
  }
  void mark(lab.cluster, opened.lab.config, say);
  await freeStack(lab, { say, waitSeconds: lockSeconds(lab) });
  return { ...(await openRollback(lab, say)), hasHalted: true };
}

/** How long the note for other updates is tried after the move, in seconds. */
const markSeconds = 10;

/** Notes the rollback for updates that are under way. @param cluster as it is, which waits for nobody */
export async function mark(cluster: Lab["cluster"], config: ApplicationName, say: Say): Promise<void> {
  try {
    await patiently(cluster, { seconds: markSeconds, say: () => {} }, () => noteRollback(cluster, config));
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return; // without the namespace there is nothing to go on with
    say(`warning: an update that is under way does not learn of this rollback: ${(error as Error).message}`);
  }
}

/** Whether there is anything that traffic could go to. */
const isLive = ({ lab, strategy }: Move): Promise<boolean> =>
  strategy.read(lab).then(
    ({ live }) => live !== undefined,
    (error: unknown) => {
      if (error instanceof UserError && !(error instanceof AwayError)) return false;
      throw error;
    },
  );

/** The update that goes on makes the rest: what a rollback made beside it, it could not make again. */
async function onlyTheFile({ lab, strategy }: Move): Promise<string> {
  writeChanges(lab, strategy.owner === "pulumi" ? { canaryWeight: 0 } : { canaryEnabled: false });
  return withNext(
    `Rolled back where the stack runs, and in the config. The update to namespace ${lab.config.namespace} has not ended.`,
    "npx canaryctl up",
  );
}
