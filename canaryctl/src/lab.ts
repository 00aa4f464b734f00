import type { PodClient } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import { clientOf } from "../../cluster/kube/client.ts";
import type { Environment } from "../../cluster/target.ts";
import { clientName } from "../../components/names.ts";
import { parseConfig } from "../../stacks/config/parse-config.ts";
import type { LabConfig } from "../../stacks/config/schema.ts";
import type { RawValue } from "../../stacks/config/stack-yaml.ts";
import { notUp } from "../../stacks/lab-records.ts";
import { type PodExec, readyPod } from "../../stacks/live/proxies/exec.ts";
import { type AskProxy, accessToPods, type PodAccess } from "../../stacks/live/proxies/pod-access.ts";
import { ownFacts, type PlatformFacts } from "../../stacks/platform-facts.ts";
import { mustBeSameCluster } from "../../stacks/same-cluster.ts";
import { environmentOf } from "../../stacks/stack-environment.ts";
import type { Applied } from "./applied.ts";
import { deployedNamespaces, deployedWeight, readIfPossible } from "./deployed.ts";
import { type Engine, PulumiEngine } from "./engine/engine.ts";
import { FileState } from "./engine/file-state.ts";
import { policyPackOptions } from "./engine/policy-pack.ts";
import { backendUrl, engineVariables } from "./engine/variables.ts";
import { environmentMask } from "./mask.ts";
import { mustNameThis } from "./named-by-flags.ts";
import { say } from "./print.ts";
import type { StackFile } from "./stack-file.ts";
import { stackFileOf } from "./stack-file-of.ts";
import { configWithoutFile, fileFault, noFile } from "./without-file.ts";

/** The flags that every command has. */
export interface GlobalOptions {
  /** Pulumi's stack. */
  readonly stack: string;
  /** Namespace and application, where the user names them. */
  readonly ns?: string;
  readonly app?: string;
}

/** The flags by which users name the route, on the commands that move it. */
export interface RouteFlags {
  readonly vs?: string;
  readonly host?: string;
}

export type ConfigChanges = Readonly<Partial<Record<keyof LabConfig, RawValue>>>;

/** One stack of a lab that is up, and the ways to work on it. Nothing is started or connected before it is used. */
export interface Lab extends PodAccess {
  readonly stackFile: StackFile;
  /** The config, with the changes that the command is about to make. */
  readonly config: LabConfig;
  readonly environment: Environment;
  readonly engine: Engine;
  /** The engine's state, where it is in a folder; undefined where only the engine can read it. */
  readonly state: FileState | undefined;
  readonly cluster: PodClient;
  /** What the application stands on, by the note on its Namespace; see {@link platformOf}. */
  readonly platform?: PlatformFacts;
  /** @throws UsageError where a flag of the command names another application, namespace or route than `config`. Absent without flags */
  mustBeNamed?(config: LabConfig): void;
  /** Why the stack's file says nothing: what is deployed is all that a rollback goes by then, and the file stays as it is. */
  readonly fileFault?: UserError;
  /** What was applied, where the command leaves the rest of the config alone; see `withApplied`. */
  readonly applied?: Applied;
  /** The ladder that the command line names, in place of the config's; see `withApplied`. */
  readonly plan?: LabConfig["plan"];
  /** As whom the cluster knows whoever runs this; undefined where it does not say. */
  account?(): Promise<string | undefined>;
  /** Ways into the pod that sends measured traffic. */
  client(): Promise<ClientPod>;
}

/** The pod that sends measured traffic. */
export interface ClientPod {
  readonly exec: PodExec;
  /** Asks its sidecar. */
  readonly ask: AskProxy;
}

/** What a stack's application stands on. A stack that installed its own notes none of it, for it follows from the config. */
export const platformOf = ({
  platform,
  config,
  stackFile,
}: Pick<Lab, "platform" | "config" | "stackFile">): PlatformFacts => platform ?? ownFacts(config, stackFile.reference);

export interface OpenedConfig extends Pick<Lab, "fileFault"> {
  readonly stackFile: StackFile;
  readonly config: LabConfig;
}

/**
 * Opens a stack's file and checks its config, before anything else is looked at. Which names the flags may have is for the command to say.
 *
 * @param changes values that the command is about to write; they are checked with the rest, and are not written here
 * @param named with `create` the stack may have no file
 * @throws UserError that names every bad value, or where there is no file
 */
export function openConfig(
  { create, ...options }: Pick<GlobalOptions, "stack" | "app"> & { readonly create?: boolean },
  changes: ConfigChanges = {},
): OpenedConfig {
  const stackFile = stackFileOf(options);
  if (!create && !stackFile.exists()) throw noFile(stackFile);
  const before = () =>
    deployedWeight(readIfPossible(FileState.at(backendUrl(process.env), stackFile.stack)), stackFile);
  const config = parseConfig({ ...stackFile.values(), ...changes }, {}, stackFile.name, before);
  for (const line of stackFile.unreadKeys()) say(line);
  return { stackFile, config };
}

/**
 * Opens a stack of the lab that is up. Whether the flags name it is for whoever knows what is deployed: see `mustBeNamed`.
 *
 * @throws UserError that names every bad value, and where the lab is not up, or is in another cluster than the config's
 */
export function openLab(options: GlobalOptions & RouteFlags, changes: ConfigChanges = {}): Lab {
  const { stack, app } = options;
  return openNamed(options, openConfig({ stack, ...(app !== undefined && { app }) }, changes));
}

/** Opens a stack in the cluster of its last `up`, which must be the one that the config means; without one, see `environmentOf`. */
function openNamed(options: GlobalOptions & RouteFlags, { stackFile, config, fileFault }: OpenedConfig): Lab {
  const environment = environmentOf(stackFile.stack, config);
  if (!environment) {
    mustNameThis(options, config); // nothing is deployed that the flags could be about
    throw notUp();
  }
  mustBeSameCluster(config, environment, stackFile);
  return {
    ...labOf(stackFile, config, environment),
    ...(fileFault && { fileFault }),
    mustBeNamed: (named) => mustNameThis(options, named),
  };
}

/**
 * Of a command that is about the stack's file.
 *
 * @throws UsageError where a flag names what is not this stack's
 */
export function mustNameFile(options: GlobalOptions, stackFile: StackFile): void {
  if (options.ns === undefined && options.app === undefined) return;
  mustNameThis(options, configForRollback(stackFile).config);
}

/**
 * Of a command that takes away what is deployed, which an edited file does not name.
 *
 * @throws UsageError where a flag names what is not this stack's
 */
export function mustNameDeployed(
  options: GlobalOptions,
  stackFile: StackFile,
  state: Pick<FileState, "read"> | undefined = FileState.at(backendUrl(process.env), stackFile.stack),
): void {
  if (options.ns === undefined && options.app === undefined) return;
  const { config } = configForRollback(stackFile, state);
  const places = deployedNamespaces(readIfPossible(state), stackFile);
  const [first = config.namespace] = places;
  mustNameThis(options, { ...config, namespace: places.find((place) => place === options.ns) ?? first });
}

/** What says where a stack's route is. */
const routeKeys: readonly (keyof LabConfig)[] = ["app", "namespace", "kubeContext", "kubeconfig"];

/**
 * Opens a stack for sending all of its traffic to the stable side. Only what says where the route is must be right: the rest of the
 * config may be what the rollback is for. Where it is wrong, the defaults stand in for it, and {@link reread} says what is wrong. Without
 * a file that can be read, what is deployed says where it is.
 *
 * @throws as {@link openLab}, for those keys
 */
export function openForRollback(options: GlobalOptions & RouteFlags): Lab {
  return openNamed(options, configForRollback(stackFileOf(options)));
}

export function configForRollback(stackFile: StackFile, state?: Pick<FileState, "read">): OpenedConfig {
  const fault = fileFault(stackFile);
  if (fault) return { stackFile, config: configWithoutFile(stackFile, fault, state), fileFault: fault };
  const parse = (values: Readonly<Record<string, RawValue>>) =>
    parseConfig({ ...values, canaryWeight: 0 }, {}, stackFile.name);
  let config: LabConfig;
  try {
    config = parse(stackFile.values());
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    config = parse(stackFile.valuesOf(routeKeys));
  }
  return { stackFile, config };
}

/**
 * The same lab, with the config as the stack's file holds it now: another command may have changed it since the lab was opened.
 *
 * @throws UserError that names every bad value
 */
export function reread(lab: Lab): Lab {
  return { ...lab, config: parseConfig(lab.stackFile.values(), {}, lab.stackFile.name) };
}

/** The command line of this process, as the engine's own history shows it: its state keeps that, and its argv is for all to see. */
export const commandLine = (words: readonly string[] = process.argv.slice(2)): string =>
  environmentMask().text(["canaryctl", ...words].join(" "));

/** Puts a lab together from what is already known. */
export function labOf(stackFile: StackFile, config: LabConfig, environment: Environment): Lab {
  const { stack } = stackFile;
  const { kubeconfig, kubeContext, variables } = environment;
  const cluster = clientOf(environment);
  const access = accessToPods({ kubeconfig, context: kubeContext, variables });
  return {
    stackFile,
    config,
    environment,
    engine: new PulumiEngine(
      stackFile.reference,
      engineVariables(environment, process.env, stackFile.reference),
      undefined,
      commandLine(),
      policyPackOptions(config),
    ),
    state: FileState.at(backendUrl(process.env), stack),
    cluster,
    account: async () => (await import("./kube/account.ts")).accountBy(cluster),
    ...access,
    client: async () => {
      const app = clientName(config.app);
      const pod = await readyPod(cluster, config.namespace, { app });
      if (!pod) {
        throw new UserError("The pod that measures the traffic is not ready.", {
          place: `deployment ${config.namespace}/${app}`,
          next: `kubectl -n ${config.namespace} describe pod -l app=${app}`,
        });
      }
      const [exec, ask] = await Promise.all([access.exec(config.namespace, pod), access.proxy(config.namespace, pod)]);
      return { exec, ask };
    },
  };
}
