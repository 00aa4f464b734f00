import { existsSync, statSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect } from "node:net";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { until } from "@canary-lab/kit/until";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type RunningProgram, startProgram } from "../../../../canaryctl/src/engine/start-program.ts";

let program: RunningProgram | undefined;

afterEach(() => program?.stop());

describe("startProgram", () => {
  test("serves the program to this user alone, and takes its folder away", async () => {
    program = await startProgram(process.env, () => {});
    const folder = dirname(program.address.slice("unix:".length));
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    program.stop();
    expect(existsSync(folder)).toBe(false);
  });

  test("waits for an engine for a time, and for the end of one however long that takes", async () => {
    const idle = 3_000; // more than a busy machine needs from the first answer to the connection
    program = await startProgram(process.env, () => {}, idle);
    const socket = program.address.slice("unix:".length);
    const engine = connectHttp2("http://program", { createConnection: () => connect(socket) });
    await pause(1.2 * idle);
    expect(engine.destroyed).toBe(false);
    engine.destroy();
    expect(await until(() => !existsSync(socket), { seconds: 10 })).toBe(true);
  }, 20_000);

  test("gives the words of a process that ends before it serves", async () => {
    const start = startProgram({ ...process.env, NODE_OPTIONS: "--import=nowhere/at-all.ts" }, () => {});
    await expect(start).rejects.toMatchObject({
      name: "UserError",
      message: expect.stringMatching(/^The program could not be loaded \(exit code 1\):\n[\s\S]*nowhere/),
    });
  });
});
