import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, jest, test } from "@jest/globals";
import { ended, type Program, start } from "../../versioned-echo/test/process.ts";

jest.setTimeout(30_000); // processes start slowly on a busy machine

const programs: Program[] = [];
afterEach(() => {
  for (const program of programs.splice(0)) program.kill("SIGKILL");
});

function run(environment: Record<string, string>) {
  const program = start(join(import.meta.dirname, "../src/server.ts"), environment);
  programs.push(program);
  return { program, end: ended(program) };
}

test("the process does not start without Prometheus, and says what is allowed", async () => {
  const { code, stderr } = await run({ PORT: "0" }).end;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^judge cannot start:\nPROMETHEUS_URL is "": allowed is the address of Prometheus/);
});

test("the process answers, and ends when it is told to", async () => {
  const environment = { HOST: "127.0.0.1", PORT: "0", PROMETHEUS_URL: "http://127.0.0.1:1", JUDGE_NAMESPACE: "shop" };
  const { program, end } = run(environment);
  const [line] = await once(createInterface(program.stdout), "line");
  const response = await fetch(`http://127.0.0.1:${JSON.parse(line).port}/verdict?stable=v1&canary=v2`);
  expect([response.status, await response.json()]).toEqual([
    409,
    { verdict: "inconclusive", reason: "Prometheus cannot be reached: bad port." },
  ]);
  program.kill("SIGTERM");
  expect(await end).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('{"event":"stopping","signal":"SIGTERM"}'),
  });
});
