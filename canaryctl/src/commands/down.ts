import { rmSync } from "node:fs";
import type { Progress } from "@canary-lab/kit/progress";
import { UserError } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { inLab } from "../../../cluster/lab-folder.ts";
import { parseConfig } from "../../../stacks/config/parse-config.ts";
import { NoStackError } from "../engine/engine.ts";
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
import { withProgress } from "../progress.ts";
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
      await withProgress((progress) =>
        exclusively("down", progress, async () => print([await down(optionsOf(command).stack, progress)])),
      );
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
  return target ? "The lab is down." : "This checkout has no lab to take down.";
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
 * Forgets the stack. A cluster that the lab made goes as a whole, with all that is in it; in a cluster of the user's own, each
 * resource is removed first, for nothing would know of it afterwards.
 */
export async function removeStack(lab: Lab, progress: Progress): Promise<void> {
  const { engine, environment, state } = lab;
  await progress.stage("remove the stack", async (note) => {
    if (state && !state.exists()) return;
    try {
      await freeStack(lab, { say: (line) => progress.say(line), waitSeconds });
      if (environment.target === "existing") await destroy(lab, progress, note);
      else if (backendUrl(process.env) === defaultBackendUrl())
        return rmSync(inLab("state"), { recursive: true, force: true });
      await engine.removeStack();
    } catch (error) {
      if (!(error instanceof NoStackError)) throw error;
    }
  });
}

/** How long `down` waits for an update that another process runs. */
const waitSeconds = 300;

async function destroy(lab: Lab, progress: Progress, note: (detail: string) => void): Promise<void> {
  const { cluster, engine } = lab;
  const say = (line: string) => progress.say(line);
  await cluster.get("/version"); // asked here, for the engine would ask about each resource, and wait for each
  await settlePending(lab, say);
  await engine.destroy(showLines(say, note));
}
