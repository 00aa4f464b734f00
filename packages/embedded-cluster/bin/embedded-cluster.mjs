#!/usr/bin/env node
// Plain JavaScript: the system's Node may be too old to read TypeScript. The pinned one, a dependency of this package, takes over then.
import { spawn } from "node:child_process";
import module from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(import.meta.url);

if (Number(process.versions.node.split(".")[0]) >= 24) {
  const { main } = await import("../src/command.ts");
  await main(process.argv);
} else {
  const pinned = join(dirname(module.createRequire(script).resolve("node/package.json")), "bin", "node");
  const child = spawn(pinned, [script, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
}
