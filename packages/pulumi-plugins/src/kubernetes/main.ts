import { enableCompileCache } from "node:module";

// Started by the engine with its own address as the argument; the first line on stdout is the port of this plugin.
enableCompileCache();
const [{ connectEngineLog }, { engineAddress }, { Provider }, { serve }] = await Promise.all([
  import("../engine.ts"),
  import("../grpc.ts"),
  import("./provider.ts"),
  import("./server.ts"),
]);
await serve(new Provider(connectEngineLog(engineAddress() ?? "")));
