import { expect } from "@jest/globals";
import { type WebSocket, WebSocketServer } from "ws";
import { listen } from "./fake-api.ts";

export const target = { namespace: "images", pod: "registry-0", port: 5000 };

/** The kubelet's side of a port-forward: the port on both channels, and then what the pod sends. */
export async function kubelet(pod: (socket: WebSocket, received: Buffer) => void, first = true) {
  const urls: (string | undefined)[] = [];
  const { server, port } = await listen((_, response) => void response.writeHead(403).end("no"));
  if (first) {
    const sockets = new WebSocketServer({ server });
    sockets.on("connection", (socket, { url }) => {
      urls.push(url);
      const number = Buffer.alloc(2);
      number.writeUInt16LE(target.port);
      for (const channel of [0, 1]) socket.send(Buffer.concat([Buffer.from([channel]), number]));
      socket.on("message", (message: Buffer) => {
        expect(message[0]).toBe(0);
        pod(socket, message.subarray(1));
      });
    });
  }
  const connection = {
    server: new URL(`http://127.0.0.1:${port}/prefix/`),
    access: async () => ({ agent: undefined as never, streams: undefined as never, headers: {} }),
  };
  return { connection, urls };
}

/** A message of the protocol. */
export const data = (content: string | Buffer, channel = 0) =>
  Buffer.concat([Buffer.from([channel]), Buffer.from(content)]);
