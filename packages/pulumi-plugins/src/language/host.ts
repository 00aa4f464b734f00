import { UserError } from "@canary-lab/kit/user-error";
import type { UntypedServiceImplementation } from "@grpc/grpc-js";
import type { ILanguageRuntimeServer } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/language_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";
import { streaming, unary } from "../grpc.ts";
import type { Children, Ended } from "./children.ts";
import {
  type PluginRun,
  type ProgramRun,
  packageManager,
  pluginCommand,
  programCommand,
  type RuntimeOptions,
} from "./commands.ts";
import { refuseForeignFolder } from "./folders.ts";
import { programDependencies, requiredPlugins } from "./packages.ts";

/** The SDK's exit code for "failed, and the user has been told why". */
const bailCode = 32;

const optionsOf = (info: pb.ProgramInfo | undefined): RuntimeOptions =>
  (info?.getOptions()?.toJavaScript() ?? {}) as RuntimeOptions;
const folderOf = (info: pb.ProgramInfo | undefined): string => info?.getProgramDirectory() ?? process.cwd();

const programRun = (request: pb.RunRequest, engineAddress: string): ProgramRun => ({
  engineAddress,
  programDirectory: folderOf(request.getInfo()),
  rootDirectory: request.getInfo()?.getRootDirectory() ?? "",
  entryPoint: request.getInfo()?.getEntryPoint() ?? "",
  options: optionsOf(request.getInfo()),
  pwd: request.getPwd(),
  monitorAddress: request.getMonitorAddress(),
  organization: request.getOrganization(),
  project: request.getProject(),
  stack: request.getStack(),
  parallel: request.getParallel(),
  dryRun: request.getDryrun(),
  config: Object.fromEntries(request.getConfigMap().entries()),
  configSecretKeys: request.getConfigsecretkeysList(),
  args: request.getArgsList(),
});

const pluginRun = (request: pb.RunPluginRequest): PluginRun => ({
  kind: request.getKind(),
  programDirectory: folderOf(request.getInfo()),
  options: optionsOf(request.getInfo()),
  pwd: request.getPwd(),
  args: request.getArgsList(),
  environment: request.getEnvList(),
});

/** What the engine is told about a program that has ended. */
function runResponse({ code, signal }: Ended): pb.RunResponse {
  const response = new pb.RunResponse();
  if (code === bailCode) response.setBail(true);
  else if (code !== 0) {
    response.setError(
      code === null ? `The program was ended by ${signal}.` : `The program exited with the code ${code}.`,
    );
  }
  return response;
}

/**
 * The language host for `runtime: nodejs`: runs programs, policy packs and providers on the Node that runs it. Code generation
 * (`pulumi convert`, `pulumi package add`) is not part of it: those methods are absent, and the engine says so.
 *
 * @param engineAddress where programs reach the engine
 * @param version what it reports as its own
 */
export function languageHost(engineAddress: string, version: string, children: Children): UntypedServiceImplementation {
  return {
    handshake: unary(() => new pb.LanguageHandshakeResponse()),
    getPluginInfo: unary(() => new pluginPb.PluginInfo().setVersion(version)),
    runtimeOptionsPrompts: unary(() => new pb.RuntimeOptionsResponse()),
    about: unary(() => new pb.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),

    getRequiredPackages: unary((request: pb.GetRequiredPackagesRequest) => {
      const packages = requiredPlugins(folderOf(request.getInfo())).map((plugin) =>
        new pluginPb.PackageDependency()
          .setKind("resource")
          .setName(plugin.name)
          .setVersion(plugin.version)
          .setServer(plugin.server),
      );
      return new pb.GetRequiredPackagesResponse().setPackagesList(packages);
    }),

    getProgramDependencies: unary((request: pb.GetProgramDependenciesRequest) => {
      const dependencies = programDependencies(folderOf(request.getInfo()));
      return new pb.GetProgramDependenciesResponse().setDependenciesList(
        dependencies.map(({ name, version }) => new pb.DependencyInfo().setName(name).setVersion(version)),
      );
    }),

    installDependencies: streaming(async (request: pb.InstallDependenciesRequest, write, signal) => {
      const manager = packageManager(optionsOf(request.getInfo()));
      const command = { args: ["install"], folder: request.getDirectory(), environment: process.env };
      const ended = await children.run(manager, command, signal, {
        stdout: (chunk) => write(new pb.InstallDependenciesResponse().setStdout(chunk)),
        stderr: (chunk) => write(new pb.InstallDependenciesResponse().setStderr(chunk)),
      });
      if (ended.code !== 0) {
        throw new UserError(`\`${manager} install\` failed (${ended.code ?? ended.signal}).`, {
          place: request.getDirectory(),
        });
      }
    }),

    run: unary(async (request: pb.RunRequest, signal) => {
      const command = programCommand(programRun(request, engineAddress), process.env);
      return runResponse(await children.runNode(command, signal));
    }),

    runPlugin: streaming(async (request: pb.RunPluginRequest, write, signal) => {
      const plugin = pluginRun(request);
      refuseForeignFolder(plugin.programDirectory, process.cwd(), process.env);
      const { code } = await children.runNode(pluginCommand(plugin), signal, {
        stdout: (chunk) => write(new pb.RunPluginResponse().setStdout(chunk)),
        stderr: (chunk) => write(new pb.RunPluginResponse().setStderr(chunk)),
      });
      write(new pb.RunPluginResponse().setExitcode(code ?? 1));
    }),

    cancel: unary(() => {
      children.killAll();
      return new emptyPb.Empty();
    }),
  } satisfies Partial<ILanguageRuntimeServer>;
}
