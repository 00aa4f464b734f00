import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type EngineEvent, LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation/index.js";
import { liveObjects } from "./live.ts";
import { type Kubeconfigs, programOf } from "./program.ts";
import { dataFolder, type Observed, type Operation, readRecording, type Step, type StepResource } from "./recording.ts";
import { scrubber } from "./scrub.ts";

// node drive.ts CASE FOLDER NODE: replays one case in a process of its own, in a folder of its own, and writes what it observed to
// FOLDER/observed.json. KUBECONFIG, PULUMI_HOME and PATH say where and with what; NODE is the name of the cluster's node.

/** No step of the recording took longer, in milliseconds. */
const stepMilliseconds = 330_000;
/** When the second of two updates begins, in milliseconds after the first. */
const secondUpdateMilliseconds = 4000;

const [id = "", folder = "", node = ""] = process.argv.slice(2);
const recording = readRecording(id);
const kubeconfigFile = process.env.KUBECONFIG ?? "";

rmSync(folder, { recursive: true, force: true });
mkdirSync(join(folder, "state"), { recursive: true });
const files = join(folder, "files");
cpSync(dataFolder, files, { recursive: true, filter: (path) => !path.startsWith(join(dataFolder, "cases")) });

const kubeconfig = readFileSync(kubeconfigFile, "utf8");
const kubeconfigs: Kubeconfigs = {
  env: kubeconfig,
  closedPort: kubeconfig.replace(/server: *"?[^",\s}]+"?/, 'server: "https://127.0.0.1:1"'),
  renamed: kubeconfig
    .replace(/name: ([\w-]+)/g, "name: r-$1")
    .replace(/(cluster|user|current-context): ([\w-]+)/g, "$1: r-$2"),
};
/** The kubeconfigs that a step's environment may name. */
const environmentFiles = { closedPort: join(folder, "closed"), unparsable: join(folder, "unparsable") } as const;
writeFileSync(environmentFiles.closedPort, kubeconfigs.closedPort, { mode: 0o600 });
writeFileSync(environmentFiles.unparsable, "clusters: [{name: x\nusers: []\n", { mode: 0o600 });

// A step is one operation, but the Automation API starts the CLI up to five times more for it: for its version, to select the
// stack, and for outputs and a history that nobody looks at here.
const pulumiCommand = await PulumiCommand.get();
let isCreated = false;

async function stackOf(
  resources: readonly StepResource[],
  environment: Readonly<Record<string, string>>,
): Promise<Stack> {
  const workspace = await LocalWorkspace.create({
    pulumiCommand,
    program: programOf(resources, files, kubeconfigs),
    envVars: {
      PULUMI_CONFIG_PASSPHRASE: "x",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      KUBECONFIG: kubeconfigFile,
      ...environment,
    },
    projectSettings: { name: "conf", runtime: "nodejs", backend: { url: `file://${join(folder, "state")}` } },
    ...(process.env.PULUMI_HOME && { pulumiHome: process.env.PULUMI_HOME }),
  });
  workspace.selectStack = async () => {
    if (!isCreated) await workspace.createStack(id);
    isCreated = true;
  };
  const { Stack } = await import("@pulumi/pulumi/automation/index.js");
  const stack = await Stack.createOrSelect(id, workspace);
  stack.outputs = async () => ({});
  stack.info = async () => undefined;
  return stack;
}

/** A resource as the recording names it: its type and its name. */
const nameOf = (urn: string): string => {
  const [, , types = "", name = ""] = urn.split("::");
  return `${types.split("$").at(-1)}::${name}`;
};

const isCounted = (resource: string): boolean => !/^pulumi:(pulumi|providers):/.test(resource);

function operationOf({ resourcePreEvent }: EngineEvent): Operation | undefined {
  const metadata = resourcePreEvent?.metadata;
  if (!metadata || !isCounted(nameOf(metadata.urn))) return undefined;
  const { keys, detailedDiff } = metadata; // null where the engine has none
  const diff = Object.entries(detailedDiff ?? {}).map(([path, { diffKind }]) => [path, diffKind]);
  return {
    r: nameOf(metadata.urn),
    op: metadata.op,
    ...(keys?.length && { replaceKeys: keys }),
    ...(diff.length > 0 && { diff: Object.fromEntries(diff) }),
  };
}

/** Runs a step's operation to its end. Rejects where it fails. */
async function operate(
  step: Step,
  resources: readonly StepResource[],
  environment: Readonly<Record<string, string>>,
  onEvent: (event: EngineEvent) => void,
): Promise<void> {
  const stack = await stackOf(resources, environment);
  const signal = step.abortAfter === undefined ? undefined : AbortSignal.timeout(step.abortAfter * 1000);
  const options = {
    onEvent,
    color: "never",
    onOutput: (text: string) => void process.stdout.write(text),
    signal,
  } as const;
  switch (step.op) {
    case "preview":
      await stack.preview({ ...options, diff: true });
      return;
    case "refresh":
      await stack.refresh(options);
      return;
    case "destroy":
      await stack.destroy(options);
      return;
    case "up":
      await stack.up(options);
      return;
    case "up+up": {
      const first = stack.up(options);
      first.catch(() => {}); // it is awaited below
      await sleep(secondUpdateMilliseconds);
      await (await stackOf(resources, {})).up({ color: "never" }).catch((error: unknown) => console.log(String(error)));
      await first;
    }
  }
}

const shell = (command: string): void => {
  const { status, stderr } = spawnSync("sh", ["-c", command], { encoding: "utf8", timeout: 60_000 });
  if (status !== 0) console.log(`${command}: ${stderr}`);
};

const observed: Observed[] = [];
const scrub = scrubber(files, node);
const live = liveObjects(join(folder, "state", ".pulumi", "stacks", "conf", `${id}.json`));
let resources: readonly StepResource[] = [];
for (const [index, step] of recording.steps.entries()) {
  const name = step.name ?? `${index}-${step.op}`;
  console.log(`== ${name}`);
  step.before?.forEach(shell);
  resources = step.resources ?? resources;
  const environment = { ...(step.kubeconfigEnv && { KUBECONFIG: environmentFiles[step.kubeconfigEnv] }), ...step.env };
  const events: Operation[] = [];
  let changes: Partial<Record<string, number>> | undefined;
  const onEvent = (event: EngineEvent) => {
    const operation = operationOf(event);
    if (operation) events.push(operation);
    if (event.summaryEvent) changes = event.summaryEvent.resourceChanges;
  };
  const began = performance.now();
  let result: Observed["result"] = "ok";
  try {
    const tooLate = sleep(stepMilliseconds, undefined, { ref: false }).then(() =>
      Promise.reject(new Error("too late")),
    );
    await Promise.race([operate(step, resources, environment, onEvent), tooLate]);
  } catch (error) {
    console.log(String(error));
    result = "error";
  }
  const seconds = Number(((performance.now() - began) / 1000).toFixed(1));
  const changesCluster = ["up", "destroy", "up+up"].includes(step.op);
  const seen = {
    step: name,
    op: step.op,
    result,
    seconds,
    changes,
    events,
    ...(changesCluster && { live: await live() }),
  };
  observed.push(scrub(seen) as Observed);
  writeFileSync(join(folder, "observed.json"), JSON.stringify(observed, null, 1));
}
recording.cleanup?.forEach(shell);
