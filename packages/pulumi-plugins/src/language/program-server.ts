import { once } from "node:events";
import type { Socket } from "node:net";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import { type ILanguageRuntimeServer, LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/language_pb.js";
import pluginPb from "@pulumi/pulumi/proto/plugin_pb.js";
import { unary } from "../grpc.ts";

/** A Pulumi program; what it returns are the stack's outputs. */
export type Program = () => Promise<Readonly<Record<string, unknown>>>;

/**
 * Serves one program to an engine that was told where (`pulumi up --client`), as the Automation API does for inline programs: no
 * language host is started, and the program can be loaded before the engine asks for it.
 *
 * @param abandoned called when the engine is gone before the program has ended
 * @returns takes a connection of the engine
 */
export function serveProgram(program: Program, abandoned: () => void): (socket: Socket) => void {
  const server = new Server();
  const ofEngine = new Set<Socket>();
  server.addService(LanguageRuntimeService, {
    getPluginInfo: unary(() => new pluginPb.PluginInfo().setVersion(process.version)),
    about: unary(() => new pb.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
    getRequiredPackages: unary(() => new pb.GetRequiredPackagesResponse()), // the first resource of each loads its plugin
    run: unary(async (request: pb.RunRequest, signal) => {
      signal.addEventListener("abort", abandoned);
      const isDone = await run(program, request, ofEngine);
      signal.removeEventListener("abort", abandoned);
      return new pb.RunResponse().setBail(!isDone);
    }),
  } satisfies Partial<ILanguageRuntimeServer>);
  const connections = server.createConnectionInjector(ServerCredentials.createInsecure());
  return (socket) => {
    ofEngine.add(socket.once("close", () => ofEngine.delete(socket)));
    connections.injectConnection(socket);
  };
}

/** @returns whether it ran without an error; the engine has been told of each */
async function run(program: Program, request: pb.RunRequest, ofEngine: ReadonlySet<Socket>): Promise<boolean> {
  const [engineAddress = ""] = request.getArgsList();
  pulumi.runtime.resetOptions(
    request.getProject(),
    request.getStack(),
    request.getParallel(),
    engineAddress,
    request.getMonitorAddress(),
    request.getDryrun(),
    request.getOrganization(),
  );
  pulumi.runtime.setAllConfig(Object.fromEntries(request.getConfigMap().entries()), request.getConfigsecretkeysList());
  // One error is thrown more than once where outputs are made from the one that failed.
  const told = new Set<unknown>();
  const { promise: failed, reject: fail } = Promise.withResolvers<never>();
  const tell = (error: unknown) => {
    if (!told.has(error)) tellEngine(error);
    told.add(error);
    fail(error);
  };
  process.on("uncaughtException", tell).on("unhandledRejection", tell);
  const running = pulumi.runtime.runInPulumiStack(program);
  try {
    await Promise.race([running, failed]);
    await pulumi.runtime.disconnect(true);
  } catch (error) {
    tell(error);
    const isIdle = idle(ofEngine);
    // What the program still does after its first error needs the connection.
    await Promise.race([running.catch(() => {}), isIdle]);
    await Promise.race([pulumi.runtime.disconnect(false), isIdle]);
  }
  return told.size === 0 && !pulumi.log.hasErrors();
}

/**
 * There when nothing but the engine's connections would keep this process running: what a failed program has asked for is done then. The
 * SDK's own start script ends so, too, for what depends on a promise that was rejected is never known, and the SDK waits for it forever.
 */
async function idle(ofEngine: ReadonlySet<Socket>): Promise<void> {
  for (const socket of ofEngine) socket.unref();
  await once(process, "beforeExit");
}

/** In the words of the SDK's own start script. */
function tellEngine(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  if (pulumi.RunError.isInstance(error)) void pulumi.log.error(error.message);
  else if (pulumi.ResourceError.isInstance(error)) {
    void pulumi.log.error(error.hideStack ? error.message : text, error.resource);
  } else void pulumi.log.error(`Running the program failed with an unhandled exception:\n${text}`);
}
