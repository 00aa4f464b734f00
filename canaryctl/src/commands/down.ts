import { rmSync } from "node:fs";
import { LineProgress, type Progress } from "@canary-lab/kit/progress";
import { UserError } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { inLab } from "../../../cluster/lab-folder.ts";
import { parseConfig } from "../../../stacks/config/parse-config.ts";
import { EngineBusyError, InterruptedError, NoStackError } from "../engine/engine.ts";
import { settlePending } from "../engine/settle.ts";
import { freeStack } from "../engine/update.ts";
import { backendUrl, defaultBackendUrl } from "../engine/variables.ts";
import {
  forgetEnvironment,
  loadEnvironment,
  notedTarget,
  type SavedEnvironment,
  saveEnvironment,
} from "../environment-file.ts";
import { type Lab, labOf } from "../lab.ts";
import { exclusively } from "../lab-lock.ts";
import { examples, print, showLines } from "../print.ts";
import { removeTarget } from "../remove-target.ts";
import { StackFile } from "../stack-file.ts";
import { optionsOf } from "./arguments.ts";

export function addDown(program: Command): void {
  program
    .command("down")
    .description(
      "take the lab down: the stack, then the cluster where the lab made it; the built tools stay in the user's cache folder",
    )
    .addHelpText("after", examples("canaryctl down"))
    .action(async (_options: unknown, command: Command) => {
      const progress = new LineProgress();
      await exclusively("down", progress, async () => print([await down(optionsOf(command).stack, progress)]));
    });
}

async function down(stack: string, progress: Progress): Promise<string> {
  const stackFile = new StackFile(stack);
  const environment = loadEnvironment();
  const target = environment?.target ?? notedTarget();
  const others = environment ? otherStacks(environment, stack) : [];
  // The stack's own config may be what is broken, and nothing of it is needed to take a lab away.
  if (environment) await removeStack(labOf(stackFile, parseConfig(stackFile.defaults()), environment), progress);
  await removeTarget(target, progress);
  if (environment && others.length > 0) saveEnvironment(environment, others);
  else forgetEnvironment();
  if (!stackFile.hasSecrets()) stackFile.dropSalt();
  if (others.length > 0) return `Stack ${stack} is removed. Still there: ${others.join(", ")}.`;
  return target ? "The lab is down." : "There was no lab to take down.";
}

/**
 * The stacks that stay behind in a cluster of the user's own when `stack` is removed; a cluster that the lab made goes with all of
 * its stacks.
 *
 * @throws UserError where `stack` is not there, but others are: forgetting the cluster would leave their resources behind
 */
export function otherStacks({ target, kubeContext, stacks }: SavedEnvironment, stack: string): readonly string[] {
  if (target !== "existing" || stacks.length === 0) return [];
  if (!stacks.includes(stack)) {
    throw new UserError(`Stack ${stack} is not in the cluster of context ${kubeContext}.`, {
      place: "--stack",
      allowed: stacks.join(", "),
      next: `npx canaryctl --stack ${stacks[0]} down`,
    });
  }
  return stacks.filter((other) => other !== stack);
}

/**
 * Removes the stack's resources and its state. A cluster that the lab made goes as a whole, so there a stack that cannot be removed
 * piece by piece is dropped; in a cluster of the user's own, that would leave resources behind that nothing knows of.
 */
async function removeStack(lab: Lab, progress: Progress): Promise<void> {
  const { engine, environment, state } = lab;
  const isOurs = environment.target !== "existing";
  await progress.stage("remove the stack", async (note) => {
    try {
      await destroy(lab, progress, note);
    } catch (error) {
      if (error instanceof NoStackError) return;
      const isFinal =
        !isOurs ||
        !(error instanceof UserError) ||
        error instanceof InterruptedError ||
        error instanceof EngineBusyError;
      if (isFinal) throw error;
      progress.say(`The stack could not be removed piece by piece; its cluster goes as a whole. ${error.message}`);
    }
    if (isOurs && backendUrl(process.env) === defaultBackendUrl())
      rmSync(inLab("state"), { recursive: true, force: true });
    else if (!state || state.exists()) await engine.removeStack();
  });
}

/** How long `down` waits for an update that another process runs. */
const waitSeconds = 300;

async function destroy(lab: Lab, progress: Progress, note: (detail: string) => void): Promise<void> {
  const { cluster, engine, state } = lab;
  const say = (line: string) => progress.say(line);
  if (state && !state.exists()) return;
  await freeStack(lab, { say, waitSeconds });
  await cluster.get("/version"); // asked here, for the engine would ask about each resource, and wait for each
  await settlePending(lab, say);
  await engine.destroy(showLines(say, note));
}
