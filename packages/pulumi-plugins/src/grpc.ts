import { fstatSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "@canary-lab/kit/user-error";
import {
  type handleServerStreamingCall,
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServiceError,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { listenForOwnUser } from "./peer.ts";

/** As the engine does: a chart's manifest is larger than gRPC's default of 4 MiB. */
const messageBytes = 400 * 1024 * 1024;

/** The error as the engine shows it, which puts `error: ` before it by itself. */
const textOf = (error: unknown): string => {
  if (error instanceof UserError) return error.toPlainText();
  return error instanceof Error ? error.message : String(error);
};

/** An error of a call: its text, for gRPC by itself would say no more than "Unknown error", and its gRPC status where it has one. */
function callError(error: unknown): Partial<ServiceError> {
  const code = (error as { code?: unknown }).code;
  // What is no UserError is a defect of the plugin: its stack goes to the engine's log.
  if (!(error instanceof UserError)) console.error(error);
  return { code: typeof code === "number" ? code : status.UNKNOWN, details: textOf(error) };
}

/** Calls that are being worked on. */
const running = new Set<Promise<void>>();

/** Waits until no call is being worked on, or the time is over. */
export async function callsEnded(milliseconds: number): Promise<void> {
  await Promise.race([Promise.all(running), sleep(milliseconds, undefined, { ref: false })]);
}

/**
 * Answers a call with what `handle` returns. Its error becomes the call's, as `toError` says. `signal` aborts when the engine
 * gives the call up.
 */
export function unary<Request, Response>(
  handle: (request: Request, signal: AbortSignal) => Response | Promise<Response>,
  toError: (error: unknown) => Partial<ServiceError> = callError,
): handleUnaryCall<Request, Response> {
  return (call, callback) => {
    const given = new AbortController();
    call.on("cancelled", () => given.abort());
    const work = (async () => {
      try {
        callback(null, await handle(call.request, given.signal));
      } catch (error) {
        callback(toError(error));
      }
    })().finally(() => running.delete(work));
    running.add(work);
  };
}

/** A streaming call as an async function: its end ends the call, its error becomes the call's. */
export function streaming<Request, Response>(
  handle: (request: Request, write: (response: Response) => void, signal: AbortSignal) => Promise<void>,
): handleServerStreamingCall<Request, Response> {
  return async (call) => {
    const given = new AbortController();
    call.on("cancelled", () => given.abort());
    try {
      await handle(call.request, (response) => call.cancelled || call.write(response), given.signal);
      call.end();
    } catch (error) {
      call.emit("error", { code: status.UNKNOWN, details: textOf(error) });
    }
  };
}

/** The engine's address: the last argument that is no flag. Absent where a plugin is started by hand. */
export const engineAddress = (args: readonly string[] = process.argv.slice(2)): string | undefined =>
  args.findLast((argument) => !argument.startsWith("-"));

/**
 * Serves a plugin to the engine that started it: on a free port of 127.0.0.1, which it prints, as the engine expects. Other users
 * of the machine are refused.
 *
 * The engine holds the other end of a plugin's standard input, so its end means that the engine is gone, killed perhaps:
 * then, and on SIGINT or SIGTERM, `stop` is awaited and the process ends. A plugin never outlives its engine.
 */
export async function servePlugin(
  service: ServiceDefinition,
  implementation: UntypedServiceImplementation,
  stop: () => void | Promise<void> = () => {},
): Promise<void> {
  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    await stop();
    process.exit(0);
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  // Only a pipe comes from an engine: a plugin that is started by hand or from a script must not end at once.
  const input = fstatSync(0);
  if (input.isFIFO() || input.isSocket()) process.stdin.resume().on("end", end).on("error", end);

  const server = new Server({
    "grpc.max_receive_message_length": messageBytes,
    "grpc.max_send_message_length": messageBytes,
  });
  server.addService(service, implementation);
  const connections = server.createConnectionInjector(ServerCredentials.createInsecure());
  const { port } = await listenForOwnUser((socket) => connections.injectConnection(socket));
  console.log(String(port));
}
