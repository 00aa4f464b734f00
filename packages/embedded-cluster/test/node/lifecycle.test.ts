import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makePrivateFolder } from "@canary-lab/kit/private-files";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { type NodeLayout, nodeLayout } from "../../src/node/layout.ts";
import type { ProcessSpec } from "../../src/node/processes/process-spec.ts";
import { bringUp } from "../../src/node/supervision/bring-up.ts";
import { endProcesses, isAlive, markedProcesses } from "../../src/node/supervision/proc.ts";
import { awaitReady } from "../../src/node/supervision/readiness.ts";
import { endProcess, ensureProcess, type Supervision } from "../../src/node/supervision/supervisor.ts";
import { exampleCommands } from "./node-spec.ts";

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
  const mine = markedProcesses().filter(({ home }) => home === layout.home);
  await endProcesses(mine, 0);
  server.close();
  rmSync(layout.home, { recursive: true });
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
const said: string[] = [];
const supervision = (): Supervision => ({
  layout,
  commands: exampleCommands,
  nodeId: "this-node",
  path: "/usr/bin:/bin",
  say: (line) => said.push(line),
});
const ensure = (wanted: ProcessSpec) => ensureProcess(wanted, supervision());
const log = () => join(layout.logs, "registry.log");

describe("a process of the node", () => {
  test("is started once, with its files, its log and a record of who it is", async () => {
    const file = join(layout.config, "registry.yaml");
    const wanted = spec(waiting, { files: { [file]: "a: 1\n" } });
    const first = await ensure(wanted);
    await awaitReady(first, supervision());
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
    await expect(awaitReady(running, supervision())).rejects.toMatchObject({
      message: expect.stringMatching(/^registry ended before it was ready\..*\n.*unknown flag: --colour/),
      place: log(),
      first: "read the log",
      next: "lab up",
    });
  });

  test("is reported after its time", async () => {
    answers = 503;
    await expect(awaitReady(await ensure(spec(waiting)), supervision())).rejects.toThrow(
      "registry was not ready within 1 s",
    );
  });

  test("is reported when its program is not there", async () => {
    await expect(ensure(spec("", { argv: ["/nowhere/registry"] }))).rejects.toThrow(/ENOENT/);
  });
});

describe("a process whose data is damaged", () => {
  const data = () => join(layout.state, "registry-data");
  const file = () => join(data(), "db");
  /** Ends at once on data that is not "good", as a database does; stores "good" where it has none. */
  const database = () => `
    const fs = require("node:fs"), file = ${JSON.stringify(file())};
    if (!fs.existsSync(file)) { fs.mkdirSync(${JSON.stringify(data())}, { recursive: true }); fs.writeFileSync(file, "good"); }
    if (fs.readFileSync(file, "utf8") !== "good") { console.error("checksum mismatch"); process.exit(1); }
    fetch("${(spec("").ready as { url: string }).url}up");
    ${waiting}`;
  const wanted = (script: string, more: Partial<ProcessSpec> = {}) =>
    spec(script, { data: [data()], readySeconds: 20, ...more });
  const corrupt = () => {
    makePrivateFolder(data());
    writeFileSync(file(), "torn");
  };

  beforeEach(() => {
    said.length = 0;
    answers = 503;
    server.on("request", ({ url }) => {
      if (url === "/up") answers = 200;
    });
  });

  test("starts without it, says so and keeps it", async () => {
    corrupt();
    expect(await bringUp(wanted(database()), [], supervision())).toEqual({ isAnew: true });
    expect(readFileSync(file(), "utf8")).toBe("good");
    expect(readFileSync(join(layout.damaged, "registry", "registry-data", "db"), "utf8")).toBe("torn");
    expect(said.join("\n")).toMatch(/^The data of registry is damaged.*registry\.log\.1 says why.*damaged\/registry/);
    expect(readFileSync(`${log()}.1`, "utf8")).toContain("checksum mismatch");
  }, 30_000);

  test("gets it back where that was not why it ended", async () => {
    corrupt();
    const failing = wanted('console.error("unknown flag"); process.exit(1)');
    await expect(bringUp(failing, [], supervision())).rejects.toThrow(/unknown flag/);
    expect(readFileSync(file(), "utf8")).toBe("torn");
  }, 30_000);

  test("is not tried without it where the disk is full, which may have room for an empty one a moment later", async () => {
    corrupt();
    const log = '{"level":"fatal","msg":"failed to commit tx","error":"write /lab/db: no space left on device"}';
    const full = `if (require("node:fs").existsSync(${JSON.stringify(file())})) { console.error('${log}'); process.exit(1); } ${database()}`;
    await expect(bringUp(wanted(full), [], supervision())).rejects.toMatchObject({
      message: expect.stringMatching(/^registry ended before it was ready\..*\n.*no space left on device/),
      place: data(),
      first: "make room on the disk that this is on",
      next: "lab up",
    });
    expect(readFileSync(file(), "utf8")).toBe("torn");
    expect(said).toEqual([]);
  }, 30_000);

  test("gets it back where the run was killed while it was tried without", async () => {
    const trial = makePrivateFolder(join(layout.damaged, "registry.trial", "registry-data"));
    writeFileSync(join(trial, "db"), "good");
    makePrivateFolder(data());
    writeFileSync(file(), "made by the trial");
    expect(await bringUp(wanted(database()), [], supervision())).toEqual({ isAnew: false });
    expect(readFileSync(file(), "utf8")).toBe("good");
  }, 30_000);

  test("keeps it where a second start goes well", async () => {
    makePrivateFolder(data());
    writeFileSync(file(), "good");
    const marker = join(layout.home, "ended-once");
    const once = `if (!require("node:fs").existsSync(${JSON.stringify(marker)})) {
      require("node:fs").writeFileSync(${JSON.stringify(marker)}, ""); process.exit(1); } ${database()}`;
    expect(await bringUp(wanted(once), [], supervision())).toEqual({ isAnew: false });
    expect(said).toEqual([]);
  }, 30_000);

  test("starts without it where a blob is not what its name says, and with it where all are", async () => {
    answers = 200;
    const blobs = join(data(), "blobs");
    const blob = makePrivateFolder(join(blobs, "sha256", "2c", createHash("sha256").update("foo").digest("hex")));
    writeFileSync(join(blob, "data"), "foo");
    const registry = wanted(waiting, { blobs });
    expect(await bringUp(registry, [], supervision())).toEqual({ isAnew: false });
    writeFileSync(join(blob, "data"), "fo");
    expect(await bringUp(registry, [], supervision())).toEqual({ isAnew: false }); // it runs
    await endProcess("registry", supervision());
    expect(await bringUp(registry, [], supervision())).toEqual({ isAnew: true });
    expect(existsSync(data())).toBe(false);
    expect(said.join("\n")).toMatch(/data does not hold what its name says/);
  }, 30_000);

  test("takes those that need it along: they begin anew, and not on what they had seen", async () => {
    answers = 200;
    const before = await ensure(spec(waiting));
    expect(await bringUp(spec(waiting), [{ isAnew: true }], supervision())).toEqual({ isAnew: true });
    expect(isAlive(before)).toBe(false);
  });
});
