import { delimiter } from "node:path";
import { type Variables, variable } from "@canary-lab/kit/variables";
import { absoluteKubeconfig, findKubeconfig } from "../cluster/kubeconfig-file.ts";
import type { Environment } from "../cluster/target.ts";
import type { LabConfig } from "./config/schema.ts";
import { type LabRecords, readRecords, recordedEnvironment } from "./lab-records.ts";
import { ownName } from "./stack-name.ts";

/** What of a config names a cluster of the user's own. */
export type ClusterConfig = Pick<LabConfig, "kubeContext" | "kubeconfig" | "imageRegistry">;

/** For asking the backend alone. */
export const noCluster: Environment = {
  target: "existing",
  reason: "only the backend is asked",
  kubeconfig: "",
  kubeContext: "",
  path: [],
  variables: {},
};

/** `canaryctl env` sets it: the variables beside it are those of this stack, and no other stack's cluster is named by them. */
export const printedVariable = "CANARY_LAB_ENV";

/** What KUBECONFIG was before `canaryctl env` changed it. */
export const searchPathVariable = "CANARY_LAB_USER_KUBECONFIG";

/** Whether a cluster is named by the variables of whoever runs this, as in CI, and not by those that `canaryctl env` printed. */
export const isNamedByUser = (variables: Variables): boolean =>
  variable(variables, "CANARY_LAB_KUBE_CONTEXT") !== undefined &&
  (variable(variables, printedVariable) === undefined || isOtherThanPrinted(variables));

/**
 * Whether the kubeconfig was set after `canaryctl env`, which prints it twice: as the last file of KUBECONFIG, too. It may be that of an
 * account with few rights, and by the printed one a command would act as an administrator.
 */
const isOtherThanPrinted = ({ KUBECONFIG, CANARY_LAB_KUBECONFIG }: Variables): boolean =>
  Boolean(KUBECONFIG && CANARY_LAB_KUBECONFIG) && KUBECONFIG?.split(delimiter).at(-1) !== CANARY_LAB_KUBECONFIG;

/** The stack that `canaryctl env` printed the variables for, where that is another one. */
export function printedForOther(stack: string, variables: Variables): string | undefined {
  const printed = variable(variables, printedVariable);
  return printed === undefined || ownName(printed) === stack ? undefined : printed;
}

/** The variables without what `canaryctl env` printed for another stack: its cluster, its registry, its charts. */
export function variablesOf(stack: string, variables: Variables): Variables {
  if (printedForOther(stack, variables) === undefined) return variables;
  const {
    CANARY_LAB_KUBE_CONTEXT: _,
    CANARY_LAB_KUBECONFIG: __,
    CANARY_LAB_IMAGE_REGISTRY: ___,
    CANARY_LAB_CHART_MIRROR: ____,
    ...others
  } = variables;
  return { ...others, KUBECONFIG: usersKubeconfig(variables) };
}

/**
 * How a way into a cluster names its registry to the program. One that the lab has made may have none: a registry that is named in the
 * shell, for another cluster or for one that was there before, is not its.
 */
export const registryVariable = ({
  target,
  imageRegistry,
}: Pick<Environment, "target" | "imageRegistry">): Variables =>
  imageRegistry || target !== "existing" ? { CANARY_LAB_IMAGE_REGISTRY: imageRegistry ?? "" } : {};

/** KUBECONFIG as the user has it: what `canaryctl env` put in its place is told by its last file, which is the stack's. */
export function usersKubeconfig(variables: Variables): string | undefined {
  const { KUBECONFIG, CANARY_LAB_KUBECONFIG } = variables;
  const isPrinted =
    variable(variables, printedVariable) !== undefined && KUBECONFIG?.split(delimiter).at(-1) === CANARY_LAB_KUBECONFIG;
  return isPrinted ? variables[searchPathVariable] : KUBECONFIG;
}

/**
 * The way to a stack's cluster: what its last `up` noted; on a machine without that note the cluster that its config names, else the one
 * that the environment names, as in CI, else the one that the lab made here. Undefined where none of them does.
 *
 * @throws UserError where the kubeconfig does not hold the context
 */
export function environmentOf(
  stack: string,
  config: ClusterConfig,
  records: LabRecords = readRecords(),
  variables: Variables = process.env,
): Environment | undefined {
  const recorded = recordedEnvironment(stack, records);
  if (recorded) return asNamed(recorded, config, variables);
  const named = withVariables(stack, config, variables);
  const { KUBECONFIG: searchPath } = variablesOf(stack, variables);
  if (config.kubeContext) return existing(named, searchPath, "the stack's config names it");
  const own = isNamedByUser(variables) ? undefined : records.own;
  return own ?? existing(named, searchPath, "CANARY_LAB_KUBE_CONTEXT names it");
}

/**
 * Whether a way into a cluster is not the one by which the lab made it: its account may lack rights.
 *
 * @param own the way into the lab's own cluster; undefined before its first `up` has ended
 */
export const isForeignWay = ({ target, kubeconfig }: Environment, own: Environment | undefined): boolean =>
  target === "existing" || (own !== undefined && own.kubeconfig !== kubeconfig);

/** The same cluster by the kubeconfig that the user's own variables name for it, as the program goes by them: by another account, perhaps. */
export function asNamed(recorded: Environment, { kubeconfig }: ClusterConfig, variables: Variables): Environment {
  const named = variable(variables, "CANARY_LAB_KUBECONFIG");
  const isSame = isNamedByUser(variables) && variables.CANARY_LAB_KUBE_CONTEXT === recorded.kubeContext;
  return isSame && named !== undefined && kubeconfig === undefined
    ? { ...recorded, kubeconfig: absoluteKubeconfig(named) }
    : recorded;
}

/** The config with what the environment says where it says nothing, key by key, as the program reads it. */
export function withVariables<Config extends ClusterConfig>(
  stack: string,
  config: Config,
  variables: Variables,
): Config {
  const own = variablesOf(stack, variables);
  const named = {
    kubeContext: variable(own, "CANARY_LAB_KUBE_CONTEXT"),
    kubeconfig: variable(own, "CANARY_LAB_KUBECONFIG"),
    imageRegistry: variable(own, "CANARY_LAB_IMAGE_REGISTRY"),
  };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), ...config };
}

/**
 * The config of an `up`, with the cluster in which it goes on. An earlier `up` has noted it; else CI says it in its variables. A stack in
 * the cluster that the lab made needs no name of it.
 *
 * @param recorded of the stack; undefined before its first `up` here
 */
export function withKnownCluster<Config extends ClusterConfig>(
  stack: string,
  config: Config,
  recorded: Environment | undefined,
  own: Environment | undefined,
  variables: Variables,
): Config {
  const isElsewhere = recorded?.target === "existing";
  const isNamed = config.kubeContext !== undefined || isNamedByUser(variables);
  const isHere = recorded !== undefined || (own !== undefined && !isNamed);
  if (!isElsewhere) return isHere ? config : withVariables(stack, config, variables);
  const { kubeContext, kubeconfig, imageRegistry } = recorded;
  const registry = imageRegistry === undefined ? {} : { imageRegistry };
  const named = withVariables(stack, config, variables);
  // A runner may have its kubeconfig in another place each time; a context of another name is that of another stack.
  if (config.kubeContext || named.kubeContext === kubeContext) return { ...registry, ...named };
  return { ...registry, ...config, kubeContext, kubeconfig };
}

/** What is noted of a cluster of the user's own: a registry that the config names is forgotten with the key. */
export function notedWay(
  environment: Environment,
  { imageRegistry }: Pick<ClusterConfig, "imageRegistry">,
): Environment {
  if (environment.target !== "existing" || imageRegistry === undefined) return environment;
  const { imageRegistry: _, ...way } = environment;
  return way;
}

function existing(
  { kubeContext, kubeconfig, imageRegistry }: ClusterConfig,
  searchPath: string | undefined,
  reason: string,
): Environment | undefined {
  if (!kubeContext) return undefined;
  return {
    target: "existing",
    reason,
    kubeconfig: findKubeconfig({ kubeContext, ...(kubeconfig && { kubeconfig }) }, searchPath),
    kubeContext,
    ...(imageRegistry && { imageRegistry }),
    path: [],
    variables: {},
  };
}
