import { rmSync } from "node:fs";
import type { Progress } from "@canary-lab/kit/progress";
import { UserError } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { inLab } from "../../../cluster/lab-folder.ts";
import type { Environment, TargetName } from "../../../cluster/target.ts";
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
import { engineView, examples, print } from "../print.ts";
import { withProgress } from "../progress.ts";
import { removeTarget } from "../remove-target.ts";
import { forgetCluster } from "../stack-cluster.ts";
import { StackFile } from "../stack-file.ts";
import { fileFault } from "../without-file.ts";
import { optionsOf } from "./arguments.ts";

interface DownOptions {
  readonly all?: boolean;
  readonly forget?: boolean;
}

export function addDown(program: Command): void {
  program
    .command("down")
    .description(
      "take the lab down: the stack, then the cluster where the lab made it; the built tools stay in the user's cache folder",
    )
    .option("--all", "take every stack of this checkout, where others would go with the cluster, too")
    .option("--forget", "forget a stack whose cluster is gone, and leave alone what may still be there")
    .addHelpText("after", examples("canaryctl down", "canaryctl --stack prod down", "canaryctl down --all"))
    .action(async (_options: unknown, command: Command) => {
      const { stack, ...options } = optionsOf<DownOptions>(command);
      await withProgress((progress) =>
        exclusively("down", progress, async () => print([await down(new StackFile(stack), options, progress)])),
      );
    });
}

async function down(stackFile: StackFile, { all, forget }: DownOptions, progress: Progress): Promise<string> {
  const { stack } = stackFile;
  const environment = loadEnvironment();
  const target = environment?.target ?? notedTarget();
  const { going, staying } = planDown(environment, stack, all === true);
  if (target) progress.say(announcement(target, environment, going));
  // A stack's own config may be what is broken, and nothing of it is needed to take a lab away.
  for (const name of environment ? going : []) {
    const file = name === stack ? stackFile : new StackFile(name);
    await removeStack(labOf(file, parseConfig(file.defaults()), environment as Environment), progress, forget);
    if (!fileFault(file) && !file.hasSecrets()) file.dropSalt();
  }
  if (environment && staying.length > 0) {
    saveEnvironment(environment, staying);
    for (const name of going) forgetCluster(name);
    return `Stack ${going.join(", ")} is removed. Still there: ${staying.join(", ")}.`;
  }
  await removeTarget(target, progress);
  forgetEnvironment();
  return target ? "The lab is down." : "This checkout has no lab to take down.";
}

/** What goes, said before anything does. */
function announcement(target: TargetName, environment: SavedEnvironment | undefined, going: readonly string[]): string {
  const what = going.length > 0 ? `stack ${going.join(", ")}` : "what an unfinished `up` made";
  return target === "existing"
    ? `This removes ${what} from the cluster of context ${environment?.kubeContext}; the cluster stays.`
    : `This removes ${what}, and the ${target} cluster with all that is in it.`;
}

/**
 * Which stacks a `down` removes, and which stay behind: in a cluster of the user's own all others, and in one that the lab made none,
 * for it goes with all of its stacks.
 *
 * @throws UserError where `stack` is not there, but others are: forgetting the cluster would leave their resources behind; where others
 * would go along that nobody named
 */
export function planDown(
  environment: Pick<SavedEnvironment, "target" | "kubeContext" | "stacks"> | undefined,
  stack: string,
  all: boolean,
): { readonly going: readonly string[]; readonly staying: readonly string[] } {
  if (!environment) return { going: [], staying: [] };
  const { target, kubeContext, stacks } = environment;
  if (all || stacks.length === 0) return { going: stacks, staying: [] };
  if (!stacks.includes(stack)) {
    throw new UserError(`Stack ${stack} is not in the cluster of context ${kubeContext}.`, {
      place: "--stack",
      allowed: stacks.join(", "),
      next: [...stacks.map((name) => `npx canaryctl --stack ${name} down`), "npx canaryctl down --all"],
    });
  }
  const others = stacks.filter((other) => other !== stack);
  if (target === "existing" || others.length === 0) return { going: [stack], staying: others };
  throw new UserError(`The ${target} cluster goes with all of its stacks: ${stacks.join(", ")}.`, {
    place: "--stack",
    allowed: "--all, which takes them all",
    next: "npx canaryctl down --all",
  });
}

/**
 * Forgets the stack. A cluster that the lab made goes as a whole, with all that is in it; in a cluster of the user's own, each
 * resource is removed first, for nothing would know of it afterwards.
 *
 * @param isForgotten leaves them where they are: their cluster is gone
 */
export async function removeStack(lab: Lab, progress: Progress, isForgotten = false): Promise<void> {
  const { engine, environment, state } = lab;
  await progress.stage("remove the stack", async (note) => {
    if (state && !state.exists()) return;
    try {
      await freeStack(lab, { say: (line) => progress.say(line), waitSeconds });
      if (environment.target === "existing" && !isForgotten) await destroy(lab, progress, note);
      else if (environment.target !== "existing" && backendUrl(process.env) === defaultBackendUrl())
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
  await engine.destroy(engineView(say, note));
}
