import { once } from "node:events";
import { Agent, get, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { ended, type Program, start, startServer } from "./process.ts";

jest.setTimeout(30_000); // processes start slowly on a busy machine

const programs: Program[] = [];
afterEach(() => {
  for (const program of programs.splice(0)) program.kill("SIGKILL");
});

async function server(environment: Record<string, string> = {}) {
  const started = await startServer({ APP_VERSION: "v1", ...environment });
  programs.push(started.program);
  return { ...started, end: ended(started.program) };
}

/** One request over `agent`; resolves when the answer is whole. */
async function request(url: string, agent?: Agent): Promise<IncomingMessage> {
  const [response] = await once(get(url, { agent }), "response");
  response.resume();
  await once(response, "end");
  return response;
}

describe("the process", () => {
  test("does not start without a version, and says what is allowed", async () => {
    const { code, stderr } = await ended(start(join(import.meta.dirname, "../src/server.ts"), { PORT: "0" }));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^versioned-echo cannot start:\nAPP_VERSION is not set: allowed are/);
  });

  test("crashes when told to, by environment and at run time", async () => {
    const timed = await server({ CRASH_AFTER_MS: "50" });
    expect((await timed.end).code).toBe(1);
    const told = await server();
    const body = JSON.stringify({ crash: true });
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${told.url}/faults`, { method: "PUT", headers, body });
    expect(answer.status).toBe(200);
    expect((await told.end).code).toBe(1);
  });
});

describe("after SIGTERM", () => {
  test("it is unready at once, serves on for the drain delay, closes politely and exits with 0", async () => {
    const { program, url, end } = await server({ DRAIN_DELAY_MS: "2000" });
    const agent = new Agent({ keepAlive: true });
    expect((await request(`${url}/version`, agent)).headers.connection).toBe("keep-alive");
    program.kill("SIGTERM");
    await sleep(150);
    expect((await request(`${url}/health`)).statusCode).toBe(503);
    expect((await request(`${url}/health?probe=liveness`)).statusCode).toBe(200);
    // The connection that was kept alive still works, and is told to go.
    const answer = await request(`${url}/version`, agent);
    expect([answer.statusCode, answer.headers.connection]).toEqual([200, "close"]);
    expect(await end).toMatchObject({ code: 0 });
    await expect(request(url)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("it finishes what is in flight, even what arrived just before the listener went", async () => {
    const { program, url, end } = await server({ DRAIN_DELAY_MS: "1500", LATENCY_MS: "2500" });
    const before = request(`${url}/version`);
    await sleep(100);
    program.kill("SIGTERM");
    await sleep(100);
    const during = request(`${url}/version`);
    expect((await before).statusCode).toBe(200);
    expect((await during).statusCode).toBe(200);
    const { code, stdout } = await end;
    expect(code).toBe(0);
    expect(stdout).toContain('"event":"stopped","version":"v1","finished":true');
  });

  test("idle connections do not hold it, and a second signal changes nothing", async () => {
    const { program, url, end } = await server({ DRAIN_DELAY_MS: "100" });
    await request(url, new Agent({ keepAlive: true }));
    const started = performance.now();
    program.kill("SIGTERM");
    await sleep(30);
    program.kill("SIGTERM");
    expect((await end).code).toBe(0);
    expect(performance.now() - started).toBeLessThan(6000);
  });
});
