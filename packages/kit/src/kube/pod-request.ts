import type { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { plainRequest } from "../http.ts";
import { UserError } from "../user-error.ts";
import type { Connection } from "./connection.ts";
import { connectToPod, type PodPort } from "./port-forward.ts";

/** What is asked of a port of a pod, without TLS. */
export interface PodRequest extends PodPort {
  /** With its query, such as `/clusters?format=json`. */
  readonly path: string;
  /** For the connection and the answer. */
  readonly timeoutMilliseconds: number;
}

/**
 * Asks by GET what listens on a pod's port, on its loopback too, and gives the body of the answer. A command in the pod that asked the same
 * would take four times as long, for a container's runtime begins a process for it.
 *
 * @throws UserError where there is no answer in time, or another one than 200
 */
export async function requestFromPod(connection: Connection, asked: PodRequest): Promise<string> {
  const { path, timeoutMilliseconds, ...target } = asked;
  const began = performance.now();
  try {
    const stream = await connectToPod(connection, target, timeoutMilliseconds);
    const left = began + timeoutMilliseconds - performance.now();
    return await answerOn(stream, path, AbortSignal.timeout(Math.max(1, Math.ceil(left))));
  } catch (error) {
    const { name, message } = error as Error;
    const why = name === "AbortError" ? `there was no answer within ${timeoutMilliseconds / 1000} s` : message;
    throw new UserError(`GET ${path} failed: ${why}`, {
      place: `pod ${target.namespace}/${target.pod}, port ${target.port}`,
      cause: error,
    });
  }
}

async function answerOn(stream: Duplex, path: string, signal: AbortSignal): Promise<string> {
  try {
    return await new Promise<string>((resolve, reject) => {
      const headers = { host: "localhost", connection: "close" };
      const call = plainRequest({ createConnection: () => stream, path, headers, signal }, (response) => {
        text(response).then((body) => {
          if (response.statusCode === 200) resolve(body);
          else reject(new Error(`${response.statusCode} ${body.trim()}`.trim()));
        }, reject);
      });
      call.on("error", reject);
      call.end();
    });
  } finally {
    stream.destroy();
  }
}
