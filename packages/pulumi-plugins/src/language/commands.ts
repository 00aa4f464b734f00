import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { quoted } from "@canary-lab/kit/programs";
import { UserError } from "@canary-lab/kit/user-error";

/** A Node process to start: its arguments, its folder and its whole environment. */
export interface Command {
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The project's `runtime.options` that have a meaning here. */
export interface RuntimeOptions {
  /** Whether the SDK compiles the program with ts-node. Default true; with false Node strips the types by itself. */
  readonly typescript?: boolean;
  /** Path of the tsconfig.json for ts-node. */
  readonly tsconfig?: string;
  /** Flags for Node, separated by white space. */
  readonly nodeargs?: string;
  /** What installs the dependencies: npm, yarn, pnpm or bun. Default npm. */
  readonly packagemanager?: string;
}

/** What the engine says about the program that it wants run. */
export interface ProgramRun {
  readonly programDirectory: string;
  readonly rootDirectory: string;
  /** The project's `main`, or "." */
  readonly entryPoint: string;
  readonly options: RuntimeOptions;
  /** The folder that the program runs in. */
  readonly pwd: string;
  readonly engineAddress: string;
  readonly monitorAddress: string;
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  /** Resource operations at once. */
  readonly parallel: number;
  readonly dryRun: boolean;
  readonly config: Readonly<Record<string, string>>;
  readonly configSecretKeys: readonly string[];
  readonly args: readonly string[];
}

/** What the engine says about a plugin that is written for Node: a policy pack (`analyzer`) or a provider (`resource`). */
export interface PluginRun {
  readonly kind: string;
  readonly programDirectory: string;
  readonly options: RuntimeOptions;
  readonly pwd: string;
  readonly args: readonly string[];
  /** `NAME=value` each. */
  readonly environment: readonly string[];
}

/** One of the SDK's own start scripts, from the SDK that `folder` depends on. */
function sdkScript(folder: string, script: string): string {
  try {
    return createRequire(join(folder, "package.json")).resolve(`@pulumi/pulumi/cmd/${script}`);
  } catch (cause) {
    throw new UserError("The package @pulumi/pulumi is not installed.", {
      place: folder,
      next: `npm --prefix ${quoted(folder)} install`,
      cause,
    });
  }
}

const nodeFlags = (options: RuntimeOptions): string[] => options.nodeargs?.trim().split(/\s+/).filter(Boolean) ?? [];

const packageManagers = ["npm", "yarn", "pnpm", "bun"];

/** The program that installs dependencies. Throws UserError for one that is not known as such: its name is started as a command. */
export function packageManager({ packagemanager = "npm" }: RuntimeOptions): string {
  if (packageManagers.includes(packagemanager)) return packagemanager;
  throw new UserError(`"${packagemanager}" is not known as a package manager.`, {
    place: "Pulumi.yaml, runtime.options.packagemanager",
    allowed: packageManagers.join(", "),
  });
}

/** What the SDK's start scripts read from the environment. */
const sdkEnvironment = (options: RuntimeOptions): Record<string, string> => ({
  PULUMI_NODEJS_TYPESCRIPT: String(options.typescript ?? true),
  ...(options.tsconfig ? { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig } : {}),
});

/** How to run a Pulumi program; `environment` is what it inherits. Throws UserError where the SDK is not installed. */
export function programCommand(run: ProgramRun, environment: Command["environment"]): Command {
  return {
    args: [
      ...nodeFlags(run.options),
      sdkScript(run.programDirectory, "run"),
      ...["--monitor", run.monitorAddress],
      ...["--engine", run.engineAddress],
      ...["--organization", run.organization],
      ...["--project", run.project],
      ...["--stack", run.stack],
      ...["--root-directory", run.rootDirectory],
      ...["--parallel", String(run.parallel)],
      ...(run.dryRun ? ["--dry-run"] : []),
      ...["--pwd", run.pwd],
      run.entryPoint || ".",
      ...run.args,
    ],
    folder: run.pwd,
    environment: {
      ...environment,
      ...sdkEnvironment(run.options),
      PULUMI_CONFIG: JSON.stringify(run.config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(run.configSecretKeys),
    },
  };
}

/** How to run a policy pack or a provider. Throws UserError for any other kind, and where the SDK is not installed. */
export function pluginCommand(run: PluginRun): Command {
  const { programDirectory: program, options } = run;
  const environment = Object.fromEntries(
    run.environment.map((line) => {
      const [name = "", ...value] = line.split("=");
      return [name, value.join("=")];
    }),
  );
  const inherited = { environment: { ...environment, ...sdkEnvironment(options) } };
  switch (run.kind) {
    case "analyzer":
      // In the pack's own folder, not in the program's: its dependencies are there.
      return {
        args: [
          ...nodeFlags(options),
          ...["--import", pathToFileURL(join(import.meta.dirname, "policy-config.ts")).href],
          sdkScript(program, "run-policy-pack"),
          ...run.args,
          program,
        ],
        folder: program,
        ...inherited,
      };
    case "resource":
      return {
        args: [...nodeFlags(options), sdkScript(program, "run-plugin"), program, ...run.args],
        folder: run.pwd,
        ...inherited,
      };
    default:
      throw new UserError(`This language host cannot run plugins of the kind "${run.kind}".`, {
        place: program,
        allowed: "analyzer, resource",
      });
  }
}
