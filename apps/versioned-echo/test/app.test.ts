import { afterEach, describe, expect, test } from "@jest/globals";
import type { FastifyInstance } from "fastify";
import { type AppOptions, buildApp } from "../src/app.ts";
import { noFaults } from "../src/faults.ts";

const apps: FastifyInstance[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

function echo(options: Partial<AppOptions> = {}): FastifyInstance {
  const app = buildApp({
    version: "v2",
    faults: noFaults,
    lifecycle: { draining: false },
    crash: () => {},
    ...options,
  });
  apps.push(app);
  return app;
}

const put = (app: FastifyInstance, faults: unknown) =>
  app.inject({ method: "PUT", url: "/faults", body: faults as object });

describe("the version", () => {
  test.each(["/", "/version"])("is all that GET %s answers", async (url) => {
    const response = await echo().inject(url);
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe('{"version":"v2"}');
  });
});

test("a connection that its caller does not use is left to the caller for longer than Envoy keeps one, which is an hour", () => {
  const { server } = echo();
  // Node ends each of the two by itself: a used one without a word, and one that was never used with 408.
  expect(server.keepAliveTimeout).toBeGreaterThan(3_600_000);
  expect(server.headersTimeout).toBeGreaterThan(3_600_000);
});

describe("health", () => {
  test("is 200 for both probes of a healthy service", async () => {
    const app = echo();
    expect((await app.inject("/health")).statusCode).toBe(200);
    expect((await app.inject("/health?probe=liveness")).statusCode).toBe(200);
  });

  test("of an unready service fails readiness only, so that it is taken out and not restarted", async () => {
    const app = echo({ faults: { ...noFaults, ready: false } });
    expect((await app.inject("/health")).statusCode).toBe(503);
    expect((await app.inject("/health?probe=liveness")).statusCode).toBe(200);
    expect((await app.inject("/version")).statusCode).toBe(200);
  });

  test("of a draining service fails readiness only, and every answer asks for the connection's end", async () => {
    const app = echo({ lifecycle: { draining: true } });
    expect((await app.inject("/health")).json()).toEqual({ status: "draining", version: "v2" });
    expect((await app.inject("/health?probe=liveness")).statusCode).toBe(200);
    const answer = await app.inject("/version");
    expect(answer.statusCode).toBe(200);
    expect(answer.headers.connection).toBe("close");
  });
});

describe("faults", () => {
  test("fail the share asked for, name the version, and leave probes and metrics alone", async () => {
    const draws = [0.29, 0.3, 0.99];
    const app = echo({ faults: { ...noFaults, errorRate: 0.3 }, random: () => draws.shift() ?? 0 });
    const answers = [await app.inject("/"), await app.inject("/"), await app.inject("/version")];
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([500, 200, 200]);
    expect(answers[0]?.json()).toEqual({ version: "v2", error: "injected fault" });
    expect((await app.inject("/health")).statusCode).toBe(200);
    expect((await app.inject("/metrics")).statusCode).toBe(200);
  });

  test("of rate 0 never and of rate 1 always fail", async () => {
    const never = echo({ random: () => 0 });
    expect((await never.inject("/")).statusCode).toBe(200);
    const always = echo({ faults: { ...noFaults, errorRate: 1 }, random: () => 1 - Number.EPSILON });
    expect((await always.inject("/")).statusCode).toBe(500);
  });

  test("delay answers", async () => {
    const app = echo({ faults: { ...noFaults, latencyMilliseconds: 60 } });
    const started = performance.now();
    await app.inject("/");
    expect(performance.now() - started).toBeGreaterThanOrEqual(59);
  });

  test("are switched at run time; what is not named is harmless again", async () => {
    const app = echo();
    expect((await put(app, { errorRate: 1, ready: false })).json()).toEqual({
      ...noFaults,
      errorRate: 1,
      ready: false,
    });
    expect((await app.inject("/")).statusCode).toBe(500);
    expect((await put(app, {})).json()).toEqual(noFaults);
    expect((await app.inject("/")).statusCode).toBe(200);
    expect((await app.inject("/faults")).json()).toEqual(noFaults);
  });

  test("crash the process, once the answer is given", async () => {
    const crashed = Promise.withResolvers<void>();
    const app = echo({ crash: crashed.resolve });
    expect((await put(app, { crash: true })).statusCode).toBe(200);
    await crashed.promise;
  });

  test.each([
    [{ errorRate: 1.1 }, "errorRate is 1.1: allowed is a number from 0 to 1"],
    [{ errorRate: "0.5" }, 'errorRate is "0.5": allowed is a number from 0 to 1'],
    [{ latencyMilliseconds: -1 }, "latencyMilliseconds is -1: allowed is a number from 0 to 60000"],
    [{ ready: "no" }, 'ready is "no": allowed is true or false'],
    [{ crashes: true }, "unknown field crashes: allowed are errorRate, latencyMilliseconds, ready, crash"],
    [[], "expected a JSON object with any of errorRate, latencyMilliseconds, ready, crash"],
  ])("refuse %j and change nothing", async (faults, problem) => {
    const app = echo();
    const response = await put(app, faults);
    expect(response.statusCode).toBe(400);
    expect(response.json().problems).toEqual([problem]);
    expect((await app.inject("/faults")).json()).toEqual(noFaults);
  });
});

describe("metrics", () => {
  test("count and time requests by route pattern, method, status code and version", async () => {
    const app = echo({ faults: { ...noFaults, errorRate: 0.5 }, random: () => 0.5 });
    await app.inject("/version?a=1");
    await app.inject("/version?a=2");
    await app.inject("/no/such/route");
    await put(app, { ready: 1 });
    const { body, headers } = await app.inject("/metrics");
    expect(headers["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
    const labels = 'route="/version",method="GET",status_code="200",version="v2"';
    expect(body).toContain(`http_requests_total{${labels}} 2\n`);
    expect(body).toContain(`http_request_duration_seconds_count{${labels}} 2\n`);
    expect(body).toContain(`http_request_duration_seconds_bucket{le="10",${labels}} 2\n`);
    expect(body).toContain('http_requests_total{route="unmatched",method="GET",status_code="404",version="v2"} 1\n');
    expect(body).toContain('http_requests_total{route="/faults",method="PUT",status_code="400",version="v2"} 1\n');
  });

  test("of two apps in one process do not mix", async () => {
    await echo().inject("/version");
    expect((await echo().inject("/metrics")).body).not.toContain('route="/version"');
  });
});
