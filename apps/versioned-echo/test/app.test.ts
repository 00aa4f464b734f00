import { afterEach, describe, expect, test } from "@jest/globals";
import { noFaults } from "../src/faults.ts";
import { type Echo, echo, stopEchos } from "./echo.ts";

afterEach(stopEchos);

const json = { "content-type": "application/json" };
const put = (app: Echo, faults: unknown) =>
  app.ask("/faults", { method: "PUT", headers: json, body: JSON.stringify(faults) });

describe("the version", () => {
  test.each(["/", "/version"])("is all that GET %s answers", async (url) => {
    const response = await (await echo()).ask(url);
    expect(response.status).toBe(200);
    expect(response.body).toBe('{"version":"v2"}');
  });
});

test("a connection that its caller does not use is left to the caller for longer than Envoy keeps one, which is an hour", async () => {
  const { server } = await echo();
  // Node ends each of the two by itself: a used one without a word, and one that was never used with 408.
  expect(server.keepAliveTimeout).toBeGreaterThan(3_600_000);
  expect(server.headersTimeout).toBeGreaterThan(3_600_000);
});

describe("a request", () => {
  test("HEAD is answered as GET is, without the body", async () => {
    const app = await echo();
    for (const path of ["/", "/version", "/health", "/faults"]) {
      const [{ body }, head] = [await app.ask(path), await app.ask(path, { method: "HEAD" })];
      expect({ status: head.status, body: head.body }).toEqual({ status: 200, body: "" });
      expect(head.headers.get("content-type")).toBe("application/json; charset=utf-8");
      expect(head.headers.get("content-length")).toBe(`${body.length}`);
    }
    const { body } = await app.ask("/metrics");
    expect(body).toContain('http_requests_total{route="/version",method="HEAD",status_code="200",version="v2"} 1\n');
  });

  test.each([
    ["GET", "/no/such/route?a=1"],
    ["GET", "/version/"],
    ["GET", "/constructor"],
    ["POST", "/version"],
    ["DELETE", "/faults"],
    ["PUT", "/health"],
  ])("%s %s has no route: 404 names it", async (method, path) => {
    const answer = await (await echo()).ask(path, { method });
    expect(answer.status).toBe(404);
    const message = `Route ${method}:${path} not found`;
    expect(answer.json()).toEqual({ message, error: "Not Found", statusCode: 404 });
  });
});

describe("health", () => {
  test("is 200 for both probes of a healthy service", async () => {
    const app = await echo();
    expect((await app.ask("/health")).status).toBe(200);
    expect((await app.ask("/health?probe=liveness")).status).toBe(200);
  });

  test("of an unready service fails readiness only, so that it is taken out and not restarted", async () => {
    const app = await echo({ faults: { ...noFaults, ready: false } });
    expect((await app.ask("/health")).status).toBe(503);
    expect((await app.ask("/health?probe=liveness")).status).toBe(200);
    expect((await app.ask("/version")).status).toBe(200);
  });

  test("of a draining service fails readiness only, and every answer asks for the connection's end", async () => {
    const app = await echo({ lifecycle: { draining: true } });
    expect((await app.ask("/health")).json()).toEqual({ status: "draining", version: "v2" });
    expect((await app.ask("/health?probe=liveness")).status).toBe(200);
    const answer = await app.ask("/version");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("connection")).toBe("close");
  });
});

describe("faults", () => {
  test("fail the share asked for, name the version, and leave probes and metrics alone", async () => {
    const draws = [0.29, 0.3, 0.99];
    const app = await echo({ faults: { ...noFaults, errorRate: 0.3 }, random: () => draws.shift() ?? 0 });
    const answers = [await app.ask("/"), await app.ask("/"), await app.ask("/version")];
    expect(answers.map(({ status }) => status)).toEqual([500, 200, 200]);
    expect(answers[0]?.json()).toEqual({ version: "v2", error: "injected fault" });
    expect((await app.ask("/health")).status).toBe(200);
    expect((await app.ask("/metrics")).status).toBe(200);
  });

  test("of rate 0 never and of rate 1 always fail", async () => {
    const never = await echo({ random: () => 0 });
    expect((await never.ask("/")).status).toBe(200);
    const always = await echo({ faults: { ...noFaults, errorRate: 1 }, random: () => 1 - Number.EPSILON });
    expect((await always.ask("/")).status).toBe(500);
  });

  test("delay answers", async () => {
    const app = await echo({ faults: { ...noFaults, latencyMilliseconds: 60 } });
    const started = performance.now();
    await app.ask("/");
    expect(performance.now() - started).toBeGreaterThanOrEqual(59);
  });

  test("are switched at run time; what is not named is harmless again", async () => {
    const app = await echo();
    expect((await put(app, { errorRate: 1, ready: false })).json()).toEqual({
      ...noFaults,
      errorRate: 1,
      ready: false,
    });
    expect((await app.ask("/")).status).toBe(500);
    expect((await put(app, {})).json()).toEqual(noFaults);
    expect((await app.ask("/")).status).toBe(200);
    expect((await app.ask("/faults")).json()).toEqual(noFaults);
  });

  test("crash the process, once the answer is given", async () => {
    const crashed = Promise.withResolvers<void>();
    const app = await echo({ crash: crashed.resolve });
    expect((await put(app, { crash: true })).status).toBe(200);
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
    const app = await echo();
    const response = await put(app, faults);
    expect(response.status).toBe(400);
    expect(response.json()).toEqual({ error: "bad faults", problems: [problem] });
    expect((await app.ask("/faults")).json()).toEqual(noFaults);
  });
});

describe("a body of PUT /faults", () => {
  const text = (length: number) => JSON.stringify("x".repeat(length - 2)); // with its two quotes

  test.each([
    [413, "Payload Too Large", "Request body is longer than 4096 bytes", text(4097), json],
    [415, "Unsupported Media Type", "Request body must be of the content-type application/json", "{}", {}],
    [400, "Bad Request", "Request body is not valid JSON", "{", json],
  ])("is refused with %d %s, and the connection ends", async (statusCode, error, message, body, headers) => {
    const app = await echo();
    const answer = await app.ask("/faults", { method: "PUT", headers, body });
    expect(answer.status).toBe(statusCode);
    expect(answer.json()).toEqual({ message, error, statusCode });
    expect(answer.headers.get("connection")).toBe("close");
    expect((await app.ask("/faults")).json()).toEqual(noFaults);
  });

  test("may have 4096 bytes, and a content-type with parameters", async () => {
    const headers = { "content-type": "Application/JSON; charset=utf-8" };
    const answer = await (await echo()).ask("/faults", { method: "PUT", headers, body: text(4096) });
    expect(answer.json()).toMatchObject({ error: "bad faults" });
  });

  test("that is missing is told what may be in it", async () => {
    const answer = await (await echo()).ask("/faults", { method: "PUT" });
    const problem = "expected a JSON object with any of errorRate, latencyMilliseconds, ready, crash";
    expect(answer.status).toBe(400);
    expect(answer.json()).toEqual({ error: "bad faults", problems: [problem] });
  });
});

describe("metrics", () => {
  test("count and time requests by route pattern, method, status code and version", async () => {
    const app = await echo({ faults: { ...noFaults, errorRate: 0.5 }, random: () => 0.5 });
    await app.ask("/version?a=1");
    await app.ask("/version?a=2");
    await app.ask("/no/such/route");
    await put(app, { ready: 1 });
    const { body, headers } = await app.ask("/metrics");
    expect(headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    const labels = 'route="/version",method="GET",status_code="200",version="v2"';
    expect(body).toContain(`http_requests_total{${labels}} 2\n`);
    expect(body).toContain(`http_request_duration_seconds_count{${labels}} 2\n`);
    expect(body).toContain(`http_request_duration_seconds_bucket{le="10",${labels}} 2\n`);
    expect(body).toContain('http_requests_total{route="unmatched",method="GET",status_code="404",version="v2"} 1\n');
    expect(body).toContain('http_requests_total{route="/faults",method="PUT",status_code="400",version="v2"} 1\n');
  });

  test("of two apps in one process do not mix", async () => {
    await (await echo()).ask("/version");
    expect((await (await echo()).ask("/metrics")).body).not.toContain('route="/version"');
  });
});
