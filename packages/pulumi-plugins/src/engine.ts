import { credentials } from "@grpc/grpc-js";
import engineGrpc from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import enginePb from "@pulumi/pulumi/proto/engine_pb.js";

/** What a provider tells the user while it works, shown beside the resource `urn`. */
export interface EngineLog {
  /** Shown while the operation runs, and gone when it ends. */
  status(urn: string, message: string): void;
  /** Shown, and kept in the output. */
  info(urn: string, message: string): void;
  warning(urn: string, message: string): void;
}

/** Writes to the log of the engine at `address`, in order. A message that does not arrive is lost, and nothing else is. */
export function connectEngineLog(address: string): EngineLog {
  const client = new engineGrpc.EngineClient(address, credentials.createInsecure());
  let sent: Promise<void> = Promise.resolve();
  const log = (severity: enginePb.LogSeverity, ephemeral: boolean) => (urn: string, message: string) => {
    const request = new enginePb.LogRequest();
    request.setSeverity(severity);
    request.setEphemeral(ephemeral);
    request.setUrn(urn);
    request.setMessage(message);
    sent = sent.then(() => new Promise((resolve) => client.log(request, () => resolve())));
  };
  return {
    status: log(enginePb.LogSeverity.INFO, true),
    info: log(enginePb.LogSeverity.INFO, false),
    warning: log(enginePb.LogSeverity.WARNING, false),
  };
}
