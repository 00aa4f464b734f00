import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "@canary-lab/kit/until";
import { expect, test } from "@jest/globals";

// As helm does in the middle of definitions, it goes on where it is told to stop.
const stubborn = "#!/bin/sh\ntrap '' TERM\necho $$ >&3\nfor i in $(seq 300); do sleep 0.1; done\n";

const plugin = (command: string) => `
  import { helm } from ${JSON.stringify(command)};
  const stop = new AbortController();
  helm({ settings: {}, cancelled: stop.signal }, ["install"]);
  process.stdin.resume().on("end", () => { stop.abort(); setTimeout(() => process.exit(0), 200); });
`;

test("no helm outlives the plugin, not one that goes on where it is told to stop", async () => {
  const folder = mkdtempSync(join(tmpdir(), "helm-run-"));
  const said = join(folder, "helm.pid");
  writeFileSync(join(folder, "helm"), stubborn.replace("&3", said), { mode: 0o755 });
  const program = join(folder, "plugin.mjs");
  writeFileSync(program, plugin(join(import.meta.dirname, "../../src/kubernetes/helm/command.ts")));
  const env = { ...process.env, PATH: `${folder}:${process.env.PATH}` };
  const running = spawn(process.execPath, [program], { env, stdio: ["pipe", "ignore", "inherit"] });
  const ended = once(running, "exit");
  const pid = await until(() => (existsSync(said) ? readFileSync(said, "utf8").trim() || undefined : undefined), {
    seconds: 20,
    everyMilliseconds: 20,
  });
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  running.stdin.end();
  expect(await ended).toEqual([0, null]);
  expect(await until(() => !existsSync(`/proc/${pid}`) || undefined, { seconds: 5, everyMilliseconds: 20 })).toBe(true);
});
