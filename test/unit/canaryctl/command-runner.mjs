// Runs the command lines that it is sent, one after another, in a checkout that is its working folder: what all of them load is loaded
// once. Each begins with the environment that the process was started with.
import { join } from "node:path";

const environment = { ...process.env };
await import(join(process.cwd(), "stacks", "not-loaded.ts"));
const { main } = await import(join(process.cwd(), "canaryctl", "src", "main.ts"));
process.setMaxListeners(0); // each command listens for the end of those who read its output
for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(0);

process.on("message", async (args) => {
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
  await main([process.execPath, "canaryctl", ...args]);
  process.send("done");
});
process.send("ready");
