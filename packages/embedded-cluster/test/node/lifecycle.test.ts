import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type NodeLayout, nodeLayout } from "../../src/node/layout.ts";
import type { ProcessSpec } from "../../src/node/processes/process-spec.ts";
import { endProcesses, isAlive, markedProcesses } from "../../src/node/supervision/proc.ts";
import { awaitReady } from "../../src/node/supervision/readiness.ts";
import { ensureProcess } from "../../src/node/supervision/supervisor.ts";

// Real processes, in a lab folder of the test's own.
let layout: NodeLayout;
let server: Server;
let answers: number;

beforeEach(async () => {
  layout = nodeLayout(mkdtempSync(join(tmpdir(), "lab-")));
  answers = 200;
  server = createServer((_, response) => response.writeHead(answers).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});

afterEach(async () => {
  const mine = markedProcesses().filter(({ lab }) => lab === layout.lab);
  await endProcesses(mine, 0);
  server.close();
  rmSync(layout.lab, { recursive: true });
});

const waiting = "setInterval(() => {}, 1000)";
const spec = (script: string, more: Partial<ProcessSpec> = {}): ProcessSpec => ({
  name: "registry",
  argv: [process.execPath, "-e", script],
  after: [],
  ready: { kind: "http", url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` },
  readySeconds: 1,
  ...more,
});
const ensure = (wanted: ProcessSpec) => ensureProcess(wanted, layout, "/usr/bin:/bin");
const log = () => join(layout.logs, "registry.log");

describe("a process of the node", () => {
  test("is started once, with its files, its log and a record of who it is", async () => {
    const file = join(layout.config, "registry.yaml");
    const wanted = spec(waiting, { files: { [file]: "a: 1\n" } });
    const first = await ensure(wanted);
    await awaitReady(first, layout);
    expect(await ensure(wanted)).toEqual({ spec: wanted, pid: first.pid, startTicks: first.startTicks });
    expect(readFileSync(file, "utf8")).toBe("a: 1\n");
    for (const path of [file, log()]) expect(statSync(path).mode & 0o777).toBe(0o600);
    const record = JSON.parse(readFileSync(join(layout.run, "registry.json"), "utf8"));
    expect(record).toMatchObject({ name: "registry", pid: first.pid, startTicks: first.startTicks });
  });

  test("is started again when it was killed, and its last log is kept", async () => {
    const wanted = spec(`console.log("first words"); ${waiting}`, { stale: [join(layout.run, "registry.pid")] });
    const first = await ensure(wanted);
    while (!readFileSync(log(), "utf8")) await new Promise((resolve) => setTimeout(resolve, 20));
    writeFileSync(join(layout.run, "registry.pid"), String(first.pid));
    await endProcesses([first], 0);
    const second = await ensure(wanted);
    expect(second.pid).not.toBe(first.pid);
    expect(readFileSync(`${log()}.1`, "utf8")).toBe("first words\n");
    expect(() => statSync(join(layout.run, "registry.pid"))).toThrow();
  });

  test("is replaced when what it should be has changed", async () => {
    const first = await ensure(spec(waiting));
    const second = await ensure(spec(waiting, { env: { MODE: "new" } }));
    expect(isAlive(first)).toBe(false);
    expect(isAlive(second)).toBe(true);
  });
});

describe("a process that does not do its work", () => {
  test("is reported as soon as it has ended, with its last words and where to read on", async () => {
    answers = 503;
    const running = await ensure(
      spec('console.error("unknown flag: --colour"); setTimeout(() => {}, 300)', { readySeconds: 30 }),
    );
    await expect(awaitReady(running, layout)).rejects.toMatchObject({
      message: expect.stringMatching(/^registry ended before it was ready\..*\n.*unknown flag: --colour/),
      place: log(),
      next: expect.stringContaining("canaryctl up"),
    });
  });

  test("is reported after its time", async () => {
    answers = 503;
    await expect(awaitReady(await ensure(spec(waiting)), layout)).rejects.toThrow("registry was not ready within 1 s");
  });

  test("is reported when its program is not there", async () => {
    await expect(ensure(spec("", { argv: ["/nowhere/registry"] }))).rejects.toThrow(/ENOENT/);
  });
});
