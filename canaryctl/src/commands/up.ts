import { quoted } from "@canary-lab/kit/programs";
import type { Progress, Stages } from "@canary-lab/kit/progress";
import { asOneError, UserError } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { describeDelivery } from "../../../cluster/images/delivery.ts";
import { clientOf } from "../../../cluster/kube/client.ts";
import { namespacePath } from "../../../cluster/kube/paths.ts";
import type { Environment, Target, TargetName } from "../../../cluster/target.ts";
import { platformAnnotation } from "../../../components/workload/render-application.ts";
import { imagesMustBeBuilt } from "../../../stacks/built-images.ts";
import { notedTarget, noteStack, noteTarget, readRecords } from "../../../stacks/lab-records.ts";
import { type LiveNamespace, namespaceFault, refuseForeignNamespace } from "../../../stacks/live/namespace-owner.ts";
import { rollbackMark } from "../../../stacks/live/taken-back.ts";
import { notedFacts } from "../../../stacks/platform-facts.ts";
import { isOwner, platformParts } from "../../../stacks/platform-parts.ts";
import { asNamed, notedWay } from "../../../stacks/stack-environment.ts";
import { noteDrift } from "../engine/drift/mend.ts";
import { prepareStack } from "../engine/prepare.ts";
import { settlePending } from "../engine/settle.ts";
import { freeStack, updateStack } from "../engine/update.ts";
import { isOwnBackend } from "../engine/variables.ts";
import { refuseUnfitCluster } from "../existing-cluster/refuse-unfit-cluster.ts";
import { refuseForeignMesh } from "../foreign-mesh.ts";
import { imageDelivery, registryUse } from "../image-delivery.ts";
import { refuseWithoutIngressClass } from "../ingress-controller.ts";
import { type ConfigChanges, type GlobalOptions, type Lab, labOf, type OpenedConfig, openConfig } from "../lab.ts";
import { exclusively } from "../lab-lock.ts";
import { engineView, print } from "../print.ts";
import { withProgress } from "../progress.ts";
import { removeTarget } from "../remove-target.ts";
import { serviceLabs, servicesOf } from "../services.ts";
import {
  type ClusterOfStack,
  clusterAfterOthers,
  clusterOfStack,
  refuseOtherCluster,
  settleCluster,
} from "../stack-cluster.ts";
import { configuredStrategy } from "../strategies/table.ts";
import { unfinishedTarget } from "../target-request.ts";
import { measureApplications, measuredFault } from "../traffic/measured-applications.ts";
import { measuredRequests } from "../traffic/measured-requests.ts";
import { UsageError } from "../usage-error.ts";
import { optionsOf } from "./arguments.ts";
import { chooseAndTell } from "./choose-and-tell.ts";
import { upReport } from "./up-report.ts";

interface UpOptions {
  readonly cluster?: TargetName;
  readonly context?: string;
  readonly registry?: string;
  readonly create?: boolean;
  readonly from?: string;
}

/** How long `up` waits for an update that another process runs, such as one that outlived a killed `up`. */
const waitSeconds = 900;

export async function run(command: Command): Promise<void> {
  const options = optionsOf<UpOptions>(command);
  const opened = options.from === undefined ? openForUp(options) : await openShortLived(options, options.from);
  await withProgress((progress) => exclusively("up", progress, () => up(opened, options.cluster, progress)));
}

/** Nothing is written for a command that is refused. */
async function openShortLived(options: GlobalOptions & UpOptions, from: string): Promise<OpenedForUp> {
  const { makeShortLived } = await import("../stack/short-lived.ts");
  const takeAway = await makeShortLived(options, from);
  try {
    return openForUp(options);
  } catch (error) {
    takeAway();
    throw error;
  }
}

/** The stack's own application first. */
type Applications = readonly [Lab, ...Lab[]];

/** What the command line asks for: the config with its names, and the changes that are still to be written. */
interface OpenedForUp extends OpenedConfig {
  readonly changes: ConfigChanges;
}

/** `up` is the command that sets the names; the others check them. */
function openForUp({ stack, create, ns, app, cluster, context, registry }: GlobalOptions & UpOptions): OpenedForUp {
  if (context !== undefined && cluster !== undefined && cluster !== "existing") {
    throw new UsageError(
      `--context names a cluster that is there, and --cluster ${cluster} is one that the lab makes.`,
      {
        allowed: "one of the two",
        next: `npx canaryctl up --context ${quoted(context)}`,
      },
    );
  }
  const changes: ConfigChanges = {
    ...(ns !== undefined && { namespace: ns }),
    ...(app !== undefined && { app }),
    ...(context !== undefined && { kubeContext: context }),
    ...(registry !== undefined && { imageRegistry: registry }),
  };
  return { ...openConfig({ stack, ...(create && { create }) }, changes), changes };
}

/** Seconds that a first deployment takes on two cores. */
const usualDeploy = 20;

async function up(opened: OpenedForUp, override: TargetName | undefined, progress: Stages): Promise<void> {
  const started = performance.now();
  const { config, stackFile } = opened;
  imagesMustBeBuilt(config, ...servicesOf(stackFile).map((one) => one.config));
  const target = await chooseAndTell(opened, override, progress);
  const raised = await raise(target, opened, progress);
  const labs = await progress.stage("deploy", (note) => deploy(raised, progress, note), usualDeploy);
  const [lab] = labs;
  const measured = await progress.stage("measure the split", (note) =>
    measureApplications(labs, configuredStrategy, { requests: measuredRequests, say: note }),
  );
  print(
    upReport(lab, measured, await gatewayPort(lab), {
      stages: progress.times,
      seconds: (performance.now() - started) / 1000,
    }),
  );
  const fault = asOneError(measured.flatMap((one) => measuredFault(one) ?? []));
  if (fault) throw fault;
}

/** The port of the nodes at which the gateway answers. On another stack's platform the Namespace says it. */
async function gatewayPort({ cluster, config }: Lab): Promise<number | null> {
  if (isOwner(config)) return config.gatewayNodePort;
  const namespace = await cluster.get<LiveNamespace>(namespacePath(config.namespace));
  return notedFacts(namespace?.metadata.annotations?.[platformAnnotation])?.ingress?.nodePort ?? null;
}

/**
 * A cluster that is up is asked before it is changed. One that does not answer, or that has no kubeconfig any more, has to come up first,
 * and is asked then.
 */
async function namespaceIfUp(running: Environment, namespace: string): Promise<LiveNamespace | undefined> {
  try {
    return await clientOf(running).get<LiveNamespace>(namespacePath(namespace));
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** A lab whose cluster is up, and what is known of the stack there. */
interface Raised {
  readonly lab: Lab;
  readonly found: ClusterOfStack;
}

async function raise(target: Target, { stackFile, config, changes }: OpenedForUp, progress: Progress): Promise<Raised> {
  const { own } = readRecords();
  const unfinished = unfinishedTarget(target.name, own?.target, notedTarget());
  if (unfinished) {
    progress.say(`An earlier \`up\` began a ${unfinished} cluster and did not end: taking away what it made.`);
    await removeTarget(unfinished, progress);
  }
  const claim = stackFile.claim(config.namespace);
  if (own?.target === target.name) {
    const fault = namespaceFault(await namespaceIfUp(own, config.namespace), claim);
    if (fault) throw fault;
  }
  noteTarget(target.name);
  const made = await target.up(progress, platformParts(config));
  const environment = asNamed(made, config, process.env);
  const lab = labOf(stackFile, config, environment);
  // Nothing has been written for the stack yet, and nothing is where one of the two refuses.
  const [found] = await Promise.all([clusterOfStack(lab), refuseForeignNamespace(lab.cluster, claim)]);
  refuseOtherCluster(lab, found);
  const delivery = await imageDelivery(lab);
  await Promise.all([
    refuseForeignMesh(lab),
    refuseWithoutIngressClass(lab),
    ...[lab, ...serviceLabs(lab)].map((one) => refuseUnfitCluster(one, registryUse(delivery, lab))),
  ]);
  if (delivery) progress.say(describeDelivery(delivery));
  noteStack(stackFile.stack, notedWay(made, config));
  if (Object.keys(changes).length > 0) stackFile.set(changes);
  return { lab, found };
}

/**
 * @returns the lab, and those of its services, with the config that is in effect: minutes have gone by since the file was first read, and
 * a rollback waits for nobody
 */
async function deploy(
  { lab, found }: Raised,
  progress: Progress,
  note: (detail: string) => void,
): Promise<Applications> {
  const say = (line: string) => progress.say(line);
  const mark = await rollbackMark(lab.cluster, lab.config); // before the first wait
  await freeStack(lab, { say, waitSeconds });
  await settleCluster(lab, await clusterAfterOthers(lab, found), say);
  await prepareStack(lab);
  await settlePending(lab, say);
  await noteDrift(lab, say);
  const finished = async (one: Lab) => (await (await configuredStrategy(one)).noteFinished?.(one, say)) ?? one;
  const noted = await finished(lab);
  for (const service of serviceLabs(lab)) await finished(service); // one after the other, for each may write the file
  const view = engineView(say, note);
  await updateStack(noted, { say, waitSeconds, view, mendsDrift: true, ...(mark && { markBefore: mark.text ?? "" }) });
  if (isOwnBackend(process.env)) lab.state?.dropOldCopies();
  const restored = async (one: Lab) => (await configuredStrategy(one)).restore(one, say);
  return Promise.all([restored(noted), ...serviceLabs(noted).map(restored)]);
}
