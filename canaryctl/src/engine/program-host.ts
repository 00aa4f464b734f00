// The process that runs the program for the engine, which is told where by `--client`. It is started just before the engine and loads
// the program's modules while the engine starts and reads the state. canaryctl ends it; where canaryctl was killed it ends by itself, with
// the engine or when none comes.
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { dirname } from "node:path";
import "../../../stacks/not-loaded.ts";

const [, , path = "", idleMilliseconds] = process.argv;
process.on("exit", () => rmSync(dirname(path), { recursive: true, force: true }));
const waitForEngine = () => setTimeout(() => process.exit(1), Number(idleMilliseconds));
let idle = waitForEngine();
let open = 0;

// What connects while the modules are being loaded waits.
const early: Socket[] = [];
let accept = (socket: Socket): void => void early.push(socket);
const sockets = createServer((socket) => {
  clearTimeout(idle); // an update may take many minutes
  open++;
  socket.on("close", () => {
    open--;
    if (open === 0) idle = waitForEngine();
  });
  accept(socket);
});
sockets.listen(path, () => process.send?.("listening", () => process.disconnect()));
sockets.unref(); // what keeps this process is an engine that is connected, or may come
await once(process, "disconnect"); // the engine is started before the modules keep this process busy

// The imports of index.ts that take longest; index.ts itself registers resources when it is imported.
const [{ serveProgram }] = await Promise.all([
  import("@canary-lab/pulumi-plugins/language/program-server"),
  import("../../../stacks/platform.ts"),
  import("../../../stacks/application.ts"),
]);
accept = serveProgram(
  () => import("../../../index.ts"),
  () => process.exit(1),
);
early.forEach(accept);
