import { rmSync } from "node:fs";
import type { Progress } from "@canary-lab/kit/progress";
import { withNext } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { inLab } from "../../../cluster/lab-folder.ts";
import type { Environment, TargetName } from "../../../cluster/target.ts";
import { parseConfig } from "../../../stacks/config/parse-config.ts";
import { forgetOwnCluster, forgetStacks, notedTarget, readRecords } from "../../../stacks/lab-records.ts";
import { noCluster } from "../../../stacks/stack-environment.ts";
import { NoStackError } from "../engine/engine-failure.ts";
import { reachedBy } from "../engine/provider-cluster.ts";
import { settlePending } from "../engine/settle.ts";
import { stateOf } from "../engine/state.ts";
import { freeStack } from "../engine/update.ts";
import { backendUrl, defaultBackendUrl } from "../engine/variables.ts";
import { installedPlatform, useOf } from "../installed-platform.ts";
import { type Lab, labOf, mustNameDeployed } from "../lab.ts";
import { exclusively } from "../lab-lock.ts";
import { engineView, print } from "../print.ts";
import { withProgress } from "../progress.ts";
import { removeTarget } from "../remove-target.ts";
import { knownStacks } from "../stack/known-stacks.ts";
import { leaveFile } from "../stack/short-lived.ts";
import { clusterOfStack, refuseOtherCluster } from "../stack-cluster.ts";
import { StackFile } from "../stack-file.ts";
import { optionsOf } from "./arguments.ts";
import { allPlaces, type DownPlace, placeToForget, placeToTakeDown } from "./down-places.ts";
import { planAlone, planDown, type Standing } from "./plan-down.ts";

interface DownOptions {
  readonly all?: boolean;
  readonly forget?: boolean;
}

export async function run(command: Command): Promise<void> {
  const options = optionsOf<DownOptions>(command);
  const stackFile = new StackFile(options.stack);
  mustNameDeployed(options, stackFile);
  await withProgress((progress) =>
    exclusively("down", progress, async () => print([await down(stackFile, options, progress)])),
  );
}

async function down(stackFile: StackFile, options: DownOptions, progress: Progress): Promise<string> {
  const places = options.all
    ? allPlaces(readRecords(), notedTarget())
    : [await (options.forget ? placeToForget : placeToTakeDown)(stackFile)];
  const outcomes: string[] = [];
  for (const place of places) outcomes.push(await downIn(place, stackFile, options, progress));
  return outcomes.join("\n");
}

/** What a `down` reaches the stacks and the machine by. */
interface Ways {
  readonly open: (stack: string, environment: Environment) => Lab;
  readonly removeTarget: typeof removeTarget;
  readonly notedTarget: typeof notedTarget;
  readonly forgetStacks: (names: readonly string[]) => void;
  readonly forgetOwnCluster: () => void;
}

const byRecords: Ways = { open: labToRemove, removeTarget, notedTarget, forgetStacks, forgetOwnCluster };

/** Takes down what is in one place. */
export async function downIn(
  { environment, stacks }: DownPlace,
  { stack, reference }: Pick<StackFile, "stack" | "reference">,
  { all, forget }: DownOptions,
  progress: Progress,
  { open, removeTarget, notedTarget, forgetStacks, forgetOwnCluster }: Ways = byRecords,
): Promise<string> {
  const target = environment?.target ?? notedTarget();
  const names = all ? stacks : [...new Set([stack, ...stacks])];
  const labs = names.map((name) =>
    open(name === stack ? reference : name, environment ?? readRecords().own ?? noCluster),
  );
  const plan =
    environment && !forget
      ? planDown(
          { ...environment, stacks },
          stack,
          all === true,
          await standingIn(labs, environment, stack, all === true),
        )
      : planAlone(stacks, stack, {
          all: all === true,
          withCluster: !forget && (target !== undefined || stacks.length === 0),
        });
  const { going, staying, withCluster } = plan;
  if (forget) {
    if (going.length === 0) return `There is nothing to forget: stack ${stack} is not in the state.`;
    progress.say(`This forgets stack ${going.join(", ")}; what may still be there of it stays.`);
  } else if (target) progress.say(announcement(withCluster ? target : "existing", environment, going));
  // A stack's own config may be what is broken, and nothing of it is needed to take a lab away.
  const leaving = going.map((name) => labs.find(({ stackFile }) => stackFile.stack === name) as Lab);
  let hadLostCluster = false;
  const removeCluster = async () => {
    hadLostCluster = await removeTarget(target, progress);
  };
  // A stack that is in no cluster has no resources to remove one by one.
  const how = forget ? "forget" : withCluster || !environment ? "with the cluster" : "each resource";
  await removeStacks(leaving, how, withCluster ? removeCluster : undefined, progress);
  forgetStacks(going);
  if (forget) return forgottenText(environment?.target, going, staying);
  if (!environment && !withCluster) return `Stack ${going.join(", ")} is removed; it was in no cluster.`;
  if (!withCluster) {
    if (target === "existing" && staying.length === 0) return downText(target, going);
    return `Stack ${going.join(", ")} is removed. ${staying.length > 0 ? `Still there: ${staying.join(", ")}.` : "The cluster stays: others are in it."}`;
  }
  forgetOwnCluster();
  if (hadLostCluster) return "The kind cluster of a lab whose .lab is gone is removed.";
  return target ? downText(target, going) : "This checkout has no lab to take down.";
}

/** The cluster that the lab made stays, for nobody looks whether others are in it. */
function forgottenText(target: TargetName | undefined, going: readonly string[], staying: readonly string[]): string {
  const text = `Stack ${going.join(", ")} is forgotten.`;
  if (target === undefined || target === "existing") return text;
  const kept = `${text} The cluster that the lab made stays.`;
  return staying.length > 0 ? kept : withNext(kept, "npx canaryctl down");
}

/**
 * Removes stacks, and the cluster with them where `removeCluster` is given: the cluster first. Where it cannot be removed, as with Docker
 * stopped, the states are still there, and the next `down` or `up` knows what is in it.
 */
export async function removeStacks(
  labs: readonly Lab[],
  how: Removal,
  removeCluster: (() => Promise<void>) | undefined,
  progress: Progress,
): Promise<void> {
  if (removeCluster) {
    for (const lab of labs) await waitForOthers(lab, progress);
    // The engine looks for locks only when it takes the state away, and the cluster is gone by then.
    await Promise.all(labs.map(async ({ state, engine }) => state ?? engine.mustBeFree()));
    await removeCluster();
  }
  const going = labs.map(({ stackFile }) => stackFile.stack);
  for (const lab of labs) {
    await removeStack(lab, progress, how, going);
    if (how !== "forget") leaveFile(lab.stackFile);
  }
}

/**
 * The lab is down where no stack is up any more, in whatever cluster. Of a cluster that the lab did not make nobody here knows who else is in it.
 */
export function downText(
  target: TargetName,
  going: readonly string[],
  others: readonly string[] = Object.keys(readRecords().stacks),
): string {
  const what = going.length > 0 ? `Stack ${going.join(", ")}` : "The cluster of the lab";
  if (others.length > 0) return `${what} is removed. In other clusters: ${others.join(", ")}.`;
  return target === "existing" ? `${what} is removed; the cluster stays.` : "The lab is down.";
}

/** Any config will do: nothing of it is needed to take a stack away, and its own may be what is broken. */
function labToRemove(stack: string, environment: Environment): Lab {
  const file = new StackFile(stack);
  return labOf(file, parseConfig(file.defaults()), environment);
}

/** What stands on what. A stack alone in a cluster that the lab made goes with it, and who else may be there by plain `pulumi` is looked up. */
async function standingIn(
  labs: readonly Lab[],
  { target }: Environment,
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
    known: knownStacks(),
  };
}

/** What goes, said before anything does. */
function announcement(target: TargetName, environment: Environment | undefined, going: readonly string[]): string {
  const what = going.length > 0 ? `stack ${going.join(", ")}` : "what an unfinished `up` made";
  return target === "existing"
    ? `This removes ${what} from the cluster of context ${environment?.kubeContext}; the cluster stays.`
    : `This removes ${what}, and the ${target} cluster with all that is in it.`;
}

/** What becomes of a stack's resources. */
type Removal = "each resource" | "with the cluster" | "forget";

/** Nothing is taken from under an update that another process runs. */
const waitForOthers = (lab: Lab, progress: Progress): Promise<void> =>
  freeStack(lab, { say: (line) => progress.say(line), waitSeconds });

/**
 * Forgets the stack. Where its cluster goes as a whole, all that is in it goes along; where the cluster stays, each resource is removed
 * first, for nothing would know of it afterwards; `forget` leaves them where they are, for their cluster is gone.
 */
export async function removeStack(lab: Lab, progress: Progress, how: Removal, going: readonly string[]): Promise<void> {
  const { engine, state } = lab;
  await progress.stage("remove the stack", async (note) => {
    if (state && !state.exists()) return;
    try {
      await waitForOthers(lab, progress);
      if (how === "each resource") await destroy(lab, progress, note);
      else if (how === "with the cluster" && isWholeState(state, going))
        return rmSync(inLab("state"), { recursive: true, force: true });
      await engine.removeStack();
    } catch (error) {
      if (!(error instanceof NoStackError)) throw error;
    }
  });
}

/** Whether the lab's own backend holds nothing but what goes. */
const isWholeState = (state: Lab["state"], going: readonly string[]): boolean =>
  backendUrl(process.env) === defaultBackendUrl() && (state?.stacks() ?? []).every((stack) => going.includes(stack));

/** How long `down` waits for an update that another process runs. */
const waitSeconds = 300;

async function destroy(lab: Lab, progress: Progress, note: (detail: string) => void): Promise<void> {
  const { cluster, engine } = lab;
  const say = (line: string) => progress.say(line);
  await cluster.get("/version"); // asked here, for the engine would ask about each resource, and wait for each
  refuseOtherCluster(lab, await clusterOfStack(lab));
  const state = await stateOf(lab);
  const moved = state && reachedBy(state, lab.environment);
  if (moved) await engine.importState(moved);
  await settlePending(lab, say);
  await engine.destroy(engineView(say, note));
}
