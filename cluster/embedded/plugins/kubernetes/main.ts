import { enableCompileCache } from "node:module";

// Started by the engine with its own address as the argument; the first line on stdout is the port of this plugin.
enableCompileCache();
const [{ connectEngine }, { Provider }, { serve }] = await Promise.all([
  import("./engine.ts"),
  import("./provider.ts"),
  import("./server.ts"),
]);

const provider = new Provider(connectEngine(process.argv[2] ?? ""));
// An engine that was killed cannot say so: what it started must not go on alone.
const engineProcess = process.ppid;
setInterval(() => {
  if (process.ppid === engineProcess) return;
  provider.cancel();
  setTimeout(() => process.exit(1), 2000);
}, 1000);

console.log(await serve(provider));
