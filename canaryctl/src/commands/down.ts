import { rmSync } from "node:fs";
import type { Progress } from "@canary-lab/kit/progress";
import type { Command } from "commander";
import { inLab } from "../../../cluster/lab-folder.ts";
import type { TargetName } from "../../../cluster/target.ts";
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
import { installedPlatform, useOf } from "../installed-platform.ts";
import { type Lab, labOf } from "../lab.ts";
import { exclusively } from "../lab-lock.ts";
import { engineView, examples, print } from "../print.ts";
import { withProgress } from "../progress.ts";
import { removeTarget } from "../remove-target.ts";
import { forgetCluster } from "../stack-cluster.ts";
import { StackFile } from "../stack-file.ts";
import { fileFault } from "../without-file.ts";
import { optionsOf } from "./arguments.ts";
import { planDown, type Standing } from "./plan-down.ts";

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
  const labs = environment ? labsToRemove(stackFile, environment) : [];
  const standing = environment && !forget ? await standingIn(labs, environment, stack, all === true) : undefined;
  const { going, staying, withCluster } = planDown(environment, stack, all === true, standing);
  if (target) progress.say(announcement(withCluster ? target : "existing", environment, going));
  // A stack's own config may be what is broken, and nothing of it is needed to take a lab away.
  for (const name of going) {
    const lab = labs.find(({ stackFile }) => stackFile.stack === name) as Lab;
    await removeStack(lab, progress, forget ? "forget" : withCluster ? "with the cluster" : "each resource");
    if (!fileFault(lab.stackFile) && !lab.stackFile.hasSecrets()) lab.stackFile.dropSalt();
  }
  if (environment && !withCluster && (staying.length > 0 || target !== "existing")) {
    saveEnvironment(environment, staying);
    for (const name of going) forgetCluster(name);
    return `Stack ${going.join(", ")} is removed. ${staying.length > 0 ? `Still there: ${staying.join(", ")}.` : "The cluster stays: others are in it."}`;
  }
  await removeTarget(target, progress);
  forgetEnvironment();
  return target ? "The lab is down." : "This checkout has no lab to take down.";
}

function labsToRemove(stackFile: StackFile, environment: SavedEnvironment): readonly Lab[] {
  const others = environment.stacks.filter((name) => name !== stackFile.stack).map((name) => new StackFile(name));
  return [stackFile, ...others].map((file) => labOf(file, parseConfig(file.defaults()), environment));
}

/** What stands on what. A stack alone in a cluster that the lab made goes with it, and who else may be there by plain `pulumi` is looked up. */
async function standingIn(
  labs: readonly Lab[],
  { target }: SavedEnvironment,
  stack: string,
  all: boolean,
): Promise<Standing> {
  const isMade = target !== "existing";
  const platforms = await Promise.all(labs.map(async (lab) => ({ lab, platform: await installedPlatform(lab) })));
  const asked = platforms.filter(({ lab }) => all || lab.stackFile.stack === stack);
  const uses = await Promise.all(asked.map(({ lab, platform }) => useOf(lab, platform, isMade)));
  return {
    owners: platforms.filter(({ platform }) => platform).map(({ lab }) => lab.stackFile.stack),
    uses,
  };
}

/** What goes, said before anything does. */
function announcement(target: TargetName, environment: SavedEnvironment | undefined, going: readonly string[]): string {
  const what = going.length > 0 ? `stack ${going.join(", ")}` : "what an unfinished `up` made";
  return target === "existing"
    ? `This removes ${what} from the cluster of context ${environment?.kubeContext}; the cluster stays.`
    : `This removes ${what}, and the ${target} cluster with all that is in it.`;
}

/**
 * Forgets the stack. Where its cluster goes as a whole, all that is in it goes along; where the cluster stays, each resource is removed
 * first, for nothing would know of it afterwards; `forget` leaves them where they are, for their cluster is gone.
 */
export async function removeStack(
  lab: Lab,
  progress: Progress,
  how: "each resource" | "with the cluster" | "forget",
): Promise<void> {
  const { engine, state } = lab;
  await progress.stage("remove the stack", async (note) => {
    if (state && !state.exists()) return;
    try {
      await freeStack(lab, { say: (line) => progress.say(line), waitSeconds });
      if (how === "each resource") await destroy(lab, progress, note);
      else if (how === "with the cluster" && backendUrl(process.env) === defaultBackendUrl())
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
