import { connect, type Socket } from "node:net";
import { listen } from "./fake-api.ts";

/**
 * A proxy that tunnels (CONNECT), to this machine whatever the name is; make it after what it leads to.
 *
 * @returns its address, and each place that it was asked for
 */
export async function connectProxy() {
  const tunnels: string[] = [];
  const { server, port } = await listen(() => {});
  server.on("connect", (request, socket: Socket) => {
    tunnels.push(request.url ?? "");
    const onward = connect(Number(request.url?.split(":")[1]), "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    // One end goes with the other. The server behind it has to be closed first: it is what ends a connection that is kept.
    for (const [end, other] of [
      [socket, onward],
      [onward, socket],
    ] as const)
      end.on("error", () => {}).on("close", () => other.destroy());
  });
  return { address: `http://127.0.0.1:${port}`, tunnels };
}
