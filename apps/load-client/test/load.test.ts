import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { ended, type Program, start, startServer } from "../../versioned-echo/test/process.ts";
import { parseLoadOptions } from "../src/load-options.ts";
import { summarize } from "../src/load-summary.ts";

jest.setTimeout(30_000); // processes start slowly on a busy machine

const source = join(import.meta.dirname, "../src/load.ts");

const programs: Program[] = [];
afterEach(() => {
  for (const program of programs.splice(0)) program.kill("SIGKILL");
});

const load = (...args: string[]) => ended(start(source, {}, args));
const measure = async (...args: string[]) => JSON.parse((await load(...args)).stdout);

describe("the options", () => {
  test("have modest defaults", () => {
    expect(parseLoadOptions(["--url", "http://versioned-echo/version"])).toEqual({
      kind: "run",
      options: {
        url: new URL("http://versioned-echo/version"),
        method: "GET",
        requests: 1000,
        rate: 100,
        seconds: 30,
        concurrency: 32,
        headers: {},
        endsWithInput: false,
        outcomes: false,
      },
    });
  });

  test("are taken up to their bounds, headers more than once", () => {
    const line =
      "--url http://a/ --method HEAD --requests 60000 --rps 2000 --seconds 120 --concurrency 64 --header X-Canary:v2 --header Host:b.test --ends-with-input --outcomes";
    expect(parseLoadOptions(line.split(" "))).toEqual({
      kind: "run",
      options: {
        url: new URL("http://a/"),
        method: "HEAD",
        requests: 60_000,
        rate: 2000,
        seconds: 120,
        concurrency: 64,
        headers: { "X-Canary": "v2", Host: "b.test" },
        endsWithInput: true,
        outcomes: true,
      },
    });
    expect(parseLoadOptions(["--wait"])).toEqual({ kind: "wait" });
  });

  test("beyond their bounds are all named at once", () => {
    const line =
      "--url ftp://a --requests 60001 --rps 0 --seconds 1.5 --concurrency abc --header nonsense --method get";
    const lines = [
      '--url is "ftp://a": allowed is an http:// address',
      '--requests is "60001": allowed is a whole number from 1 to 60000',
      '--rps is "0": allowed is a whole number from 1 to 2000',
      '--seconds is "1.5": allowed is a whole number from 1 to 120',
      '--concurrency is "abc": allowed is a whole number from 1 to 64',
      '--header is "nonsense": allowed is "name: value"',
      '--method is "get": allowed are GET, HEAD, OPTIONS, POST, PUT, PATCH, DELETE',
    ];
    for (const problem of lines) expect(() => parseLoadOptions(line.split(" "))).toThrow(problem);
    expect(() => parseLoadOptions([])).toThrow("--url is missing");
    expect(() => parseLoadOptions(["--url", "http://a", "--forever"])).toThrow("Unknown option '--forever'");
  });

  test("that are bad end the process with code 2 and the usage", async () => {
    const { code, stderr } = await load("--rps", "9999");
    expect(code).toBe(2);
    expect(stderr).toContain("--rps is");
    expect(stderr).toContain("usage: load.mjs --url URL");
  });
});

describe("the summary", () => {
  test("counts by status, version and error; 5xx and errors failed", () => {
    const outcomes = [
      { at: 10, milliseconds: 4, status: 200, version: "v1" },
      { at: 20, milliseconds: 1, status: 200, version: "v2" },
      { at: 30, milliseconds: 2, status: 500, version: "v2" },
      { at: 40, milliseconds: 3, status: 404, version: undefined },
      { at: 50, error: "ECONNRESET" },
    ];
    expect(summarize(outcomes, 7, 1.23456)).toEqual({
      sent: 5,
      skipped: 7,
      seconds: 1.235,
      statuses: { 200: 2, 404: 1, 500: 1 },
      versions: { v1: 1, v2: 2 },
      errors: { ECONNRESET: 1 },
      milliseconds: { p50: 2, p95: 4, p99: 4, max: 4 },
      firstSeen: { v1: 10, v2: 20 },
      lastSeen: { v1: 10, v2: 30 },
      failed: 2,
    });
  });

  test("of nothing has no percentiles", () => {
    expect(summarize([], 0, 0)).toMatchObject({ sent: 0, milliseconds: { p50: null, max: null }, failed: 0 });
  });
});

describe("a run", () => {
  test("sends as many as asked for, at the rate asked for, and sees the version", async () => {
    const { program, url } = await startServer({ APP_VERSION: "v1" });
    programs.push(program);
    const result = await measure("--url", url, "--requests", "100", "--rps", "100", "--concurrency", "64");
    expect(result).toMatchObject({
      sent: 100,
      skipped: 0,
      statuses: { 200: 100 },
      versions: { v1: 100 },
      errors: {},
      failed: 0,
    });
    // 100 requests at 100 a second: the last is due 0.99 s after the first.
    expect(result.seconds).toBeGreaterThan(0.95);
    expect(result.seconds).toBeLessThan(5);
    expect(result.firstSeen.v1).toBeLessThanOrEqual(result.lastSeen.v1);
  });

  test("stops when its time is over", async () => {
    const { program, url } = await startServer({ APP_VERSION: "v1", ERROR_RATE: "1" });
    programs.push(program);
    const result = await measure("--url", url, "--requests", "60000", "--rps", "50", "--seconds", "1");
    expect(result.sent).toBeGreaterThan(10);
    expect(result.sent).toBeLessThanOrEqual(51);
    expect(result.failed).toBe(result.sent);
  });

  test("stops when its input ends, where it was told to", async () => {
    const { program, url } = await startServer({ APP_VERSION: "v1" });
    programs.push(program);
    const args = ["--url", url, "--requests", "60000", "--rps", "50", "--seconds", "20", "--ends-with-input"];
    const run = start(source, {}, args);
    programs.push(run);
    const end = ended(run);
    const answered = async () => {
      const metrics = await (await fetch(`${url}/metrics`)).text();
      return Number(/^http_requests_total\{(?=.*route="\/").*\} (\d+)$/m.exec(metrics)?.[1] ?? 0);
    };
    while ((await answered()) < 2) await sleep(50);
    expect(run.exitCode).toBeNull();
    run.stdin.end();
    const { stdout, stderr } = await end;
    expect(stderr).toBe("sending\n");
    const { sent, seconds } = JSON.parse(stdout);
    expect(sent).toBeGreaterThan(1);
    expect(seconds).toBeLessThan(10);
  });

  test("never has more in flight than allowed: what exceeds it is skipped and said", async () => {
    let inFlight = 0;
    let most = 0;
    const slow = createServer((request, response) => {
      most = Math.max(most, ++inFlight);
      setTimeout(() => {
        inFlight--;
        response.end(JSON.stringify({ version: request.headers["x-canary"] }));
      }, 100);
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => slow.once("listening", resolve));
    const url = `http://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    const result = await measure(
      "--url",
      url,
      "--requests",
      "20",
      "--rps",
      "200",
      "--concurrency",
      "4",
      "--header",
      "X-Canary: v2",
    );
    slow.close();
    expect(most).toBe(4);
    expect(result).toMatchObject({ sent: 20, versions: { v2: 20 } });
    expect(result.skipped).toBeGreaterThan(0);
  });

  test("has each request in its summary, where it was told to", async () => {
    const { program, url } = await startServer({ APP_VERSION: "v1" });
    programs.push(program);
    const args = ["--url", url, "--requests", "3", "--rps", "100"];
    const { outcomes, firstSeen, lastSeen } = await measure(...args, "--outcomes");
    const answer = { at: expect.any(Number), milliseconds: expect.any(Number), status: 200, version: "v1" };
    expect(outcomes).toEqual([answer, answer, answer]);
    expect([outcomes[0].at, outcomes[2].at]).toEqual([firstSeen.v1, lastSeen.v1]);
    expect(await measure(...args)).not.toHaveProperty("outcomes");
  });

  test("counts what cannot connect", async () => {
    const free = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => free.once("listening", resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const result = await measure("--url", `http://127.0.0.1:${port}`, "--requests", "5");
    expect(result).toMatchObject({ sent: 5, errors: { ECONNREFUSED: 5 }, failed: 5 });
  });
});

test("--wait idles until SIGTERM", async () => {
  const program = start(source, {}, ["--wait"]);
  programs.push(program);
  const end = ended(program);
  await once(program.stderr, "data");
  expect(program.exitCode).toBeNull();
  program.kill("SIGTERM");
  expect(await end).toEqual({ code: 0, stdout: "", stderr: "waiting\n" });
});
