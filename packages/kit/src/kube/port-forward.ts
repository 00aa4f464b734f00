import { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Connection } from "./connection.ts";

/** A port on which a container of a pod listens, on the pod's loopback too. */
export interface PodPort {
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/** The API server's names for the streams of the one port that is asked for: the first byte of each message. */
const channels = { data: 0, errors: 1 } as const;

/** How long the API server may take to open a connection. */
const handshakeMilliseconds = 30_000;

/** Loads the client of WebSockets, which takes 10 ms: who waits for something else before the first connection can do it meanwhile. */
export const loadSockets = () => import("ws");

/**
 * Opens one TCP connection to a port of a pod through the API server, as `kubectl port-forward` does: it needs no way to the pod's network.
 * The stream fails with what the kubelet says, such as that nothing listens there.
 *
 * @param handshakeTimeout milliseconds that the API server may take. Default: 30 s
 * @throws Error where the API server refuses, or does not answer
 */
export async function connectToPod(
  connection: Connection,
  target: PodPort,
  handshakeTimeout = handshakeMilliseconds,
): Promise<Duplex> {
  const { agent, headers } = await connection.access();
  const { default: Socket } = await loadSockets();
  const socket = new Socket(urlOf(connection.server, target), "v4.channel.k8s.io", {
    agent,
    headers: headers as Record<string, string>,
    perMessageDeflate: false,
    handshakeTimeout,
  });
  const stream = new PodStream(socket);
  await new Promise<void>((resolve, reject) => {
    socket.once("open", resolve);
    stream.once("error", reject);
  });
  return stream;
}

class PodStream extends Duplex {
  readonly #socket: WebSocket;
  /** The first message of each channel is the number of the port. */
  readonly #announced = new Set<number>();

  constructor(socket: WebSocket) {
    super();
    this.#socket = socket;
    socket.on("message", (message: Buffer) => this.#take(message));
    socket.on("error", (error) => this.destroy(error));
    socket.on("close", () => this.push(null));
  }

  #take(message: Buffer): void {
    const [channel = -1] = message;
    const content = message.subarray(1);
    if (!this.#announced.has(channel)) this.#announced.add(channel);
    else if (channel === channels.errors) this.destroy(new Error(content.toString("utf8").trim()));
    else if (!this.push(content)) this.#socket.pause();
  }

  override _read(): void {
    this.#socket.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.send(Buffer.concat([Buffer.from([channels.data]), chunk]), done);
  }

  /** The protocol cannot close one direction alone. */
  override _final(done: () => void): void {
    this.#socket.close();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.terminate();
    done(error);
  }
}

function urlOf(server: URL, { namespace, pod, port }: PodPort): URL {
  const base = server.pathname.replace(/\/$/, "");
  const url = new URL(`${base}/api/v1/namespaces/${namespace}/pods/${pod}/portforward?ports=${port}`, server);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}
