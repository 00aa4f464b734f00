import { fstatSync } from "node:fs";
import { UserError } from "@canary-lab/kit/user-error";
import {
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";

/** As the engine does: a chart's manifest is larger than gRPC's default of 4 MiB. */
const messageBytes = 400 * 1024 * 1024;

/** The error as the engine shows it, which puts `error: ` before it by itself. */
export const textOf = (error: unknown): string => {
  if (error instanceof UserError) return error.toPlainText();
  return error instanceof Error ? error.message : String(error);
};

/**
 * Answers a call with what `handle` returns. An error becomes the call's error with its text: gRPC by itself would say no more
 * than "Unknown error". One that carries a gRPC status `code` keeps it. `signal` aborts when the engine gives the call up.
 */
export function unary<Request, Response>(
  handle: (request: Request, signal: AbortSignal) => Response | Promise<Response>,
): handleUnaryCall<Request, Response> {
  return async (call, callback) => {
    const given = new AbortController();
    call.on("cancelled", () => given.abort());
    try {
      callback(null, await handle(call.request, given.signal));
    } catch (error) {
      const code = (error as { code?: unknown }).code;
      // What is no UserError is a defect of the plugin: its stack goes to the engine's log.
      if (!(error instanceof UserError)) console.error(error);
      callback({ code: typeof code === "number" ? code : status.UNKNOWN, details: textOf(error) });
    }
  };
}

/** The engine's address: the last argument that is no flag. Absent where a plugin is started by hand. */
export const engineAddress = (args: readonly string[] = process.argv.slice(2)): string | undefined =>
  args.findLast((argument) => !argument.startsWith("-"));

/**
 * Serves a plugin to the engine that started it: on a free port of 127.0.0.1, which it prints, as the engine expects.
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
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  console.log(String(port));
}
