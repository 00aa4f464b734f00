import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { credentials } from "@grpc/grpc-js";
import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import languageGrpc from "@pulumi/pulumi/proto/language_grpc_pb.js";
import pb from "@pulumi/pulumi/proto/language_pb.js";
import emptyPb from "google-protobuf/google/protobuf/empty_pb.js";

/** Stands for the SDK: does what the program's name says. */
const fakeSdk = `
  const { writeFileSync } = require("node:fs");
  const program = process.argv.at(-1);
  if (program === "hang") { writeFileSync("pid", String(process.pid)); setInterval(() => {}, 1000); }
  else process.exit(Number(program));
`;

let folder: string;
let host: ChildProcessByStdio<Writable, Readable, null>;
let client: languageGrpc.LanguageRuntimeClient;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "language-"));
  mkdirSync(join(folder, "node_modules/@pulumi/pulumi/cmd/run"), { recursive: true });
  writeFileSync(join(folder, "node_modules/@pulumi/pulumi/cmd/run/index.js"), fakeSdk);
});

async function startHost(): Promise<void> {
  const main = join(import.meta.dirname, "../../src/language/main.ts");
  host = spawn(process.execPath, [main, "-v=3", "127.0.0.1:1"], { stdio: ["pipe", "pipe", "inherit"] });
  const [port] = await Promise.race([
    once(createInterface(host.stdout), "line"),
    once(host, "exit").then(() => Promise.reject(new Error("the host ended before it served"))),
  ]);
  client = new languageGrpc.LanguageRuntimeClient(`127.0.0.1:${port}`, credentials.createInsecure());
}

afterEach(async () => {
  client.close();
  if (host.exitCode !== null) return;
  const ended = once(host, "exit");
  host.kill(); // and not SIGKILL: it takes its programs with it
  await ended;
});

const info = (program: string, directory = folder) =>
  new pb.ProgramInfo().setProgramDirectory(directory).setRootDirectory(directory).setEntryPoint(program);

const run = async (program: string, directory?: string): Promise<pb.RunResponse.AsObject> => {
  const request = new pb.RunRequest().setInfo(info(program, directory)).setPwd(folder);
  const call = promisify<pb.RunRequest, pb.RunResponse>(client.run.bind(client));
  return (await call(request)).toObject();
};

/** The process id of the program that hangs, once it runs. */
async function hanging(): Promise<number> {
  const file = join(folder, "pid");
  while (!existsSync(file) || readFileSync(file, "utf8") === "") await sleep(20);
  return Number(readFileSync(file, "utf8"));
}

async function gone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(20);
  }
}

describe("the language host", () => {
  test("tells success, an error, and an error that the user has been told", async () => {
    await startHost();
    expect(await run("0")).toEqual({ error: "", bail: false });
    expect(await run("7")).toEqual({ error: "The program exited with the code 7.", bail: false });
    expect(await run("32")).toEqual({ error: "", bail: true });
  }, 30_000);

  test("says what is wrong, and what to do, where gRPC would say Unknown error", async () => {
    await startHost();
    await expect(run("0", "/")).rejects.toMatchObject({
      details: "The package @pulumi/pulumi is not installed.\n  at:      /\n  next:    npm --prefix / install",
    });
  }, 30_000);

  test("ends the program when told to cancel, and itself when its engine is gone", async () => {
    await startHost();
    const running = run("hang");
    const pid = await hanging();
    await promisify(
      client.cancel.bind(client) as (request: emptyPb.Empty, done: (error: Error | null) => void) => void,
    )(new emptyPb.Empty());
    expect(await running).toEqual({ error: "The program was ended by SIGTERM.", bail: false });
    await gone(pid);

    writeFileSync(join(folder, "pid"), "");
    run("hang").catch(() => {}); // the call dies with the host
    const orphan = await hanging();
    const ended = once(host, "exit");
    host.stdin.end();
    expect(await ended).toEqual([0, null]);
    await gone(orphan);
  }, 30_000);
});
