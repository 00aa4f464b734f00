import { type Command, Option } from "commander";
import { chooseWorld } from "../../../cluster/choose.ts";
import { LabError } from "../../../cluster/lab-error.ts";
import { LineProgress, type Progress } from "../../../cluster/progress.ts";
import { type World, type WorldName, worldNames } from "../../../cluster/world.ts";
import type { LabConfig } from "../../../stacks/lab-config.ts";
import { platformParts } from "../../../stacks/platform-parts.ts";
import { forgetLostCluster } from "../engine/lost-cluster.ts";
import { prepareStack } from "../engine/prepare.ts";
import { settlePending } from "../engine/settle.ts";
import { freeStack, updateStack } from "../engine/update.ts";
import { loadEnvironment, notedWorld, noteWorld, saveEnvironment } from "../environment-file.ts";
import { type ConfigChanges, type GlobalOptions, type Lab, labOf, type OpenedConfig, openConfig } from "../lab.ts";
import { exclusively } from "../lab-lock.ts";
import { examples, print, showLines } from "../print.ts";
import { removeWorld } from "../remove-world.ts";
import { noIngressHere } from "../strategies/header.ts";
import { configuredStrategy } from "../strategies/table.ts";
import { measureSplit } from "../traffic/measured-split.ts";
import type { SplitVerdict } from "../traffic/verdict.ts";
import { optionsOf } from "./arguments.ts";
import { upReport } from "./up-report.ts";

interface UpOptions {
  readonly cluster?: WorldName;
}

/** Requests of the closing measurement: at 10 %, a split that is off by 7 points is told from a right one. */
const measuredRequests = 400;

/** How long `up` waits for an update that another process runs, such as one that outlived a killed `up`. */
const waitSeconds = 900;

export function addUp(program: Command): void {
  program
    .command("up")
    .description("set up the lab, or mend it: cluster, mesh, images, application, route; then measure the split")
    .addOption(
      new Option("--cluster <world>", "where it runs; by default it is chosen, and `up` says why").choices([
        ...worldNames,
      ]),
    )
    .addHelpText("after", examples("canaryctl up", "canaryctl up --cluster kind", "canaryctl up --ns team-a"))
    .action(async (_options: unknown, command: Command) => {
      const progress = new LineProgress();
      const options = optionsOf<UpOptions>(command);
      const opened = openForUp(options);
      await exclusively("up", progress, () => up(opened, options.cluster, progress));
    });
}

/** What the command line asks for: the config with its names, and the changes that are still to be written. */
interface OpenedForUp extends OpenedConfig {
  readonly changes: ConfigChanges;
}

/** `up` is the command that sets the names; the others check them. */
function openForUp({ stack, ns, app }: GlobalOptions): OpenedForUp {
  const changes: ConfigChanges = { ...(ns !== undefined && { namespace: ns }), ...(app !== undefined && { app }) };
  return { ...openConfig({ stack }, changes), changes };
}

async function up(opened: OpenedForUp, override: WorldName | undefined, progress: LineProgress): Promise<void> {
  const started = performance.now();
  const world = await chooseAndTell(opened, override, progress);
  const raised = await raise(world, opened, progress);
  const lab = await progress.stage("deploy", (note) => deploy(raised, progress, note));
  const verdict = await measure(lab, progress);
  const all = { stage: "in all", seconds: (performance.now() - started) / 1000 };
  print(upReport(lab, verdict, [...progress.times, all]));
  if (verdict && !verdict.isAsWanted) throw notAsWanted(lab.config);
}

/** Undefined where a header decides, which a count of requests does not show. */
async function measure(lab: Lab, progress: LineProgress): Promise<SplitVerdict | undefined> {
  const strategy = configuredStrategy(lab);
  if (strategy.owner === "ingress") return undefined;
  return progress.stage("measure the split", async () =>
    measureSplit(await lab.client(), lab, strategy, measuredRequests),
  );
}

async function chooseAndTell(
  { config, stackFile }: OpenedConfig,
  override: WorldName | undefined,
  progress: Progress,
): Promise<World> {
  const running = loadEnvironment()?.world;
  const { world, reason } = await chooseWorld({ config, ...(override && { override }), ...(running && { running }) });
  if (running && running !== world.name) {
    throw new LabError(
      `The lab is up in the ${running} cluster, and it would now be the ${world.name} one: ${reason}.`,
      {
        next: "npm run down",
      },
    );
  }
  if (world.name === "embedded" && config.strategy === "nginx-header") throw noIngressHere(stackFile.name);
  world.check?.();
  progress.say(`Cluster: ${world.name}, because ${reason}. What this changes outside .lab/:`);
  for (const line of world.footprint()) progress.say(`  - ${line}`);
  return world;
}

async function raise(world: World, { stackFile, config, changes }: OpenedForUp, progress: Progress): Promise<Lab> {
  const unfinished = notedWorld();
  if (unfinished && unfinished !== world.name) {
    progress.say(`An earlier \`up\` began a ${unfinished} cluster and did not end: taking away what it made.`);
    await removeWorld(unfinished, progress);
  }
  noteWorld(world.name);
  const environment = await world.up(progress, platformParts(config));
  saveEnvironment(environment, [...new Set([...(loadEnvironment()?.stacks ?? []), stackFile.stack])]);
  if (Object.keys(changes).length > 0) stackFile.set(changes);
  return labOf(stackFile, config, environment);
}

/** @returns the lab with the config that is in effect: minutes have gone by since the file was first read, and a rollback waits for nobody. */
async function deploy(lab: Lab, progress: Progress, note: (detail: string) => void): Promise<Lab> {
  const say = (line: string) => progress.say(line);
  await freeStack(lab, { say, waitSeconds });
  await forgetLostCluster(lab, say);
  await prepareStack(lab);
  await settlePending(lab, say);
  await updateStack(lab, { say, waitSeconds, onLine: showLines(say, note) });
  return configuredStrategy(lab).restore(lab, say);
}

const notAsWanted = ({ namespace }: LabConfig): LabError =>
  new LabError("The split seen is not the one wanted, or requests failed.", {
    next: `npx canaryctl status --traffic 1000; kubectl -n ${namespace} get pods`,
  });
