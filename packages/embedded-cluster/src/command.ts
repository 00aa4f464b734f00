import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { quoted } from "@canary-lab/kit/programs";
import { type Progress, withProgress } from "@canary-lab/kit/progress";
import { UserError } from "@canary-lab/kit/user-error";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { type AddOn, addOnNames, addOns } from "./add-ons.ts";
import { check, describe, down, type EmbeddedCluster, footprint, status, up } from "./embedded-cluster.ts";
import { defaultCache, type EmbeddedClusterSettings } from "./settings.ts";
import { renderNeeds } from "./toolchain/outlook.ts";
import { durationsFile } from "./toolchain/plan.ts";
import { ensureTools } from "./toolchain/toolchain.ts";

/** Runs the command line and sets the process's exit code: 2 for a command line that makes no sense, 1 for other errors. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await buildProgram().parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else {
      console.error(error instanceof UserError ? error.toText() : error);
      process.exitCode = 1;
    }
  }
}

export function buildProgram(): Command {
  const program = new Command("embedded-cluster")
    .description("A one-node Kubernetes on this machine, made from what package registries hold.")
    .addOption(new Option("--home <folder>", "folder of the cluster: state, logs, kubeconfig").default(defaultHome()))
    .showHelpAfterError("(run it with --help to see what is allowed)")
    .exitOverride();
  const settings = (network?: string) => clusterSettings(program.opts<{ home: string }>().home, network);
  const shown = <T>(work: (progress: Progress) => Promise<T>) =>
    withProgress({ durations: durationsFile(settings().home) }, work);

  program
    .command("up")
    .description("bring the cluster up; what is missing is built once, which takes minutes")
    .addOption(new Option("--with <add-ons>", addOnHelp()).argParser(parseAddOns).default([], "none"))
    .option(
      "--network <network>",
      "IPv4 network of pods and Services; the one of the cluster that is there, or 198.18.0.0/15",
    )
    .action(async (options: { with: readonly AddOn[]; network?: string }) => {
      const wanted = settings(options.network);
      const needs = renderNeeds(await check(wanted, options.with), wanted);
      const changes = footprint(wanted).map((line) => `  - ${line}`);
      console.error([`It takes ${needs}.`, "On this machine it changes:", ...changes].join("\n"));
      const cluster = await shown((progress) => up(wanted, options.with, progress));
      console.log(`The cluster is up: kubectl --kubeconfig ${cluster.kubeconfig} get nodes`);
    });
  program
    .command("down")
    .description("take the cluster down; the tools that were built stay in the cache folder")
    .action(() => shown((progress) => down(settings(), progress)));
  program
    .command("status")
    .description("say whether the cluster is up; exit code 1 where it is not")
    .action(async () => {
      const { processes, node } = await status(settings());
      console.log(renderStatus(processes, node));
      if (node?.isReady !== true) process.exitCode = 1;
    });
  program
    .command("env")
    .description('print what a shell needs to use the cluster: eval "$(embedded-cluster env)"')
    .action(() => console.log(renderEnvironment(describe(settings()))));
  program
    .command("tools")
    .description("make the programs of add-ons without starting anything, and print the folder that they are in")
    .argument("<add-ons>", addOnHelp(), parseAddOns)
    .action(async (names: readonly AddOn[]) => {
      console.log((await shown((progress) => ensureTools(settings(), progress, names))).bin);
    });
  return program;
}

/** The user's folder of state, as the XDG base directory specification says. */
function defaultHome(): string {
  const { XDG_STATE_HOME: configured = "" } = process.env;
  return join(isAbsolute(configured) ? configured : join(homedir(), ".local", "state"), "embedded-cluster");
}

export function clusterSettings(folder: string, network?: string): EmbeddedClusterSettings {
  const home = resolve(folder);
  const command = (name: string) =>
    `npx embedded-cluster ${name}${home === defaultHome() ? "" : ` --home ${quoted(home)}`}`;
  const upIn = (wanted: string) => `${command("up")} --network ${wanted}`;
  return {
    home,
    cache: defaultCache(),
    ...(network && { network }),
    commands: { up: network ? upIn(network) : command("up"), down: command("down"), upIn },
  };
}

const addOnHelp = (): string =>
  ["comma-separated, of:", ...addOnNames.map((name) => `  ${name}: ${addOns[name]}`)].join("\n");

export function parseAddOns(value: string): readonly AddOn[] {
  return value
    .split(",")
    .filter(Boolean)
    .map((word) => {
      const name = addOnNames.find((known) => known === word);
      if (name === undefined)
        throw new InvalidArgumentError(`There is no add-on "${word}"; there are ${addOnNames.join(", ")}.`);
      return name;
    });
}

export function renderStatus(
  processes: readonly string[],
  node: { readonly version: string; readonly isReady: boolean } | undefined,
): string {
  if (processes.length === 0) return "down: no process of the cluster runs";
  const state = node === undefined ? "the API server does not answer" : node.isReady ? "ready" : "not ready";
  return [
    `${node?.isReady ? `up: Kubernetes ${node.version}` : "not up"}, ${state}`,
    `processes: ${processes.join(", ")}`,
  ].join("\n");
}

/** Lines for a POSIX shell; values are quoted so that nothing in them is read as shell. */
export function renderEnvironment({ kubeconfig, kubeCache, dockerHost, dockerConfig, bin }: EmbeddedCluster): string {
  return [
    `export KUBECONFIG=${quoted(kubeconfig)}`,
    `export KUBECACHEDIR=${quoted(kubeCache)}`,
    `export DOCKER_HOST=${quoted(dockerHost)}`,
    `export DOCKER_CONFIG=${quoted(dockerConfig)}`,
    `export PATH=${quoted(bin)}:"$PATH"`,
  ].join("\n");
}
