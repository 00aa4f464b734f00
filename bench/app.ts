import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "@canary-lab/kit/until";
import { execa } from "execa";
import type { LoadSummary } from "../apps/load-client/src/load-summary.ts";
import { repositoryRoot } from "../cluster/lab-folder.ts";
import { freePort } from "../cluster/ports.ts";
import { podinfo, toolFolder } from "../test/e2e/support/tools.ts";
import type { Row } from "./table.ts";

/** What one load sends; one of the same length goes before it, for the compiler. */
const load = { requests: 20_000, rate: 2000 } as const;

/** The same answer by `node:http` alone. After its own five seconds it would end a connection that the client is just about to use. */
const bare = `
const http = require("node:http");
const body = JSON.stringify({ version: "v1" });
http.createServer({ keepAliveTimeout: 3_605_000 }, (_, response) => {
  response.writeHead(200, { "content-type": "application/json; charset=utf-8", "content-length": body.length });
  response.end(body);
}).listen(process.env.PORT, "127.0.0.1");`;

/**
 * Processor time of versioned-echo for a request, its metrics counted, beside `node:http` alone and podinfo: on 127.0.0.1, one after the other in each
 * run. Time of the process and not requests per second, which the client would bound, and other users of the machine.
 */
export async function measureApp(runs: number): Promise<readonly Row[]> {
  const values: number[] = [];
  const floor: number[] = [];
  const inGo: number[] = [];
  const podinfoProgram = join(await toolFolder(podinfo), "podinfo");
  for (let run = 0; run < runs; run++) {
    floor.push(await microsecondsOf(process.execPath, ["-e", bare]));
    values.push(await microsecondsOf(process.execPath, ["apps/versioned-echo/dist/server.mjs"]));
    inGo.push(await microsecondsOf(podinfoProgram, ["--level=error"]));
  }
  return [
    {
      what: "processor time of versioned-echo for a request, metrics on",
      values,
      unit: "µs",
      floors: [
        { name: "bare `node:http`", values: floor, unit: "µs" },
        { name: "podinfo, in Go", values: inGo, unit: "µs" },
      ],
      ratioAtMost: 1 / 0.85,
    },
  ];
}

/** Processor time for a request, in microseconds, of a server that listens at PORT of its environment. */
async function microsecondsOf(program: string, args: readonly string[]): Promise<number> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/version`;
  const server = spawn(program, args, {
    cwd: repositoryRoot,
    env: { ...process.env, APP_VERSION: "v1", HOST: "127.0.0.1", PORT: String(port), PODINFO_PORT: String(port) },
    stdio: "ignore",
  });
  try {
    const answers = () =>
      fetch(url).then(
        ({ ok }) => ok,
        () => false,
      );
    if (!(await until(answers, { seconds: 20 }))) throw new Error(`${program} does not answer at ${url}.`);
    await send(url);
    const before = processorSeconds(server.pid);
    await send(url);
    return ((processorSeconds(server.pid) - before) / load.requests) * 1e6;
  } finally {
    server.kill("SIGKILL");
  }
}

async function send(url: string): Promise<void> {
  const args = ["--url", url, "--requests", `${load.requests}`, "--rps", `${load.rate}`, "--concurrency", "32"];
  const { stdout } = await execa(process.execPath, ["apps/load-client/dist/load.mjs", ...args], {
    cwd: repositoryRoot,
  });
  const { sent, failed } = JSON.parse(stdout.split("\n").at(-1) ?? "") as LoadSummary;
  if (sent !== load.requests || failed > 0) throw new Error(`${failed} of ${sent} requests to ${url} failed.`);
}

/** Time that a process has used, of its own and of the kernel for it, in seconds; Linux counts it in hundredths. */
function processorSeconds(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [user, system] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 13); // fields 14 and 15 of proc(5)
  return (Number(user) + Number(system)) / 100;
}
