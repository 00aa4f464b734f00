#!/usr/bin/env node
// Plain JavaScript on purpose: the system's Node may be too old to read TypeScript. The pinned one, a dependency of this
// repository, takes over then. Under `npm run` and `npx` it is the first `node` on PATH, so nothing is started twice.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(import.meta.url);
const root = dirname(dirname(dirname(script)));
const pinnedNode = join(root, "node_modules", "node", "bin", "node");
const stripsTypes = Number(process.versions.node.split(".")[0]) >= 24;

if (process.platform === "win32") {
  console.error(
    "error: canaryctl runs on Linux and macOS.\n  allowed: on Windows, a Linux distribution in WSL2\n  next:    wsl --install",
  );
  process.exit(1);
} else if (stripsTypes) {
  // Without a lab there is no folder to keep the cache in, and asking for help should leave no trace.
  if (existsSync(join(root, ".lab"))) module.enableCompileCache(join(root, ".lab", "compile-cache"));
  await import("../../stacks/not-loaded.ts");
  const { main } = await import("../src/main.ts");
  await main(process.argv);
} else if (existsSync(pinnedNode)) {
  const child = spawn(pinnedNode, [script, ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("exit", (code, signal) => process.exit(signal ? 128 + constants.signals[signal] : code));
} else {
  console.error(
    `error: Node ${process.versions.node} cannot run TypeScript, and ${pinnedNode} is not there.\n  next:    npm ci`,
  );
  process.exit(1);
}
