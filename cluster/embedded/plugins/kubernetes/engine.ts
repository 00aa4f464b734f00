import grpc from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import engineMessages from "@pulumi/pulumi/proto/engine_pb.js";

export type Severity = "info" | "warning" | "error";

/** The engine's log: messages that stay, and the status beside a resource while it is being worked on. */
export interface Engine {
  log(severity: Severity, urn: string, message: string): Promise<void>;
  /** Replaces the status of a resource; an empty one clears it. */
  status(urn: string, message: string): void;
}

export function connectEngine(address: string): Engine {
  const client = new EngineClient(address, grpc.credentials.createInsecure());
  const levels = engineMessages.LogSeverity;
  const severities = { info: levels.INFO, warning: levels.WARNING, error: levels.ERROR };
  const send = (severity: Severity, urn: string, message: string, ephemeral: boolean) =>
    new Promise<void>((resolve) => {
      const request = new engineMessages.LogRequest();
      request.setSeverity(severities[severity]);
      request.setUrn(urn);
      request.setMessage(message);
      request.setEphemeral(ephemeral);
      client.log(request, () => resolve()); // a message that does not arrive must not fail the work it tells about
    });
  return {
    log: (severity, urn, message) => send(severity, urn, message, false),
    status: (urn, message) => void send("info", urn, message, true),
  };
}
