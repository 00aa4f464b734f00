import type { RequestListener, Server } from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { FastifyInstance } from "fastify";
import { buildApp } from "../src/app.ts";
import { mostBytes } from "../src/prometheus.ts";
import { listening, recorded } from "./fake-prometheus.ts";

const open: { server: Server; app: FastifyInstance }[] = [];
afterEach(async () => {
  for (const { server, app } of open.splice(0)) {
    await app.close();
    server.closeAllConnections();
    server.close();
  }
});

/** The service beside something in the place of Prometheus. */
async function service(answer: RequestListener, timeoutMilliseconds = 20_000): Promise<FastifyInstance> {
  const { server, url } = await listening(answer);
  const app = buildApp({ prometheus: url, defaults: { namespace: "shop", step: "2" }, timeoutMilliseconds });
  open.push({ server, app });
  return app;
}

const versions = "app=echo&stable=v1&canary=v2";

async function ask(app: FastifyInstance, path: string) {
  const { statusCode, body } = await app.inject(path);
  return { statusCode, ...JSON.parse(body) };
}

async function post(app: FastifyInstance, path: string, payload: object) {
  const { statusCode, body } = await app.inject({ method: "POST", path, payload });
  return { statusCode, ...JSON.parse(body) };
}

/** Flagger's payload as its documentation has it. */
const payload = (metadata: Readonly<Record<string, string>>) => ({
  name: "echo",
  namespace: "shop",
  phase: "Progressing",
  checksum: "85d557f47b",
  metadata,
});

describe("with what Prometheus has recorded", () => {
  const fail = recorded("bad");
  const pass = recorded("good");

  test("a bad canary fails: as a status, in the body for Argo Rollouts, and as a rollback for Flagger", async () => {
    const app = await service(fail.answer);
    const query = `${versions}&since=${fail.since}`;
    expect(await ask(app, `/verdict?${query}`)).toMatchObject({
      statusCode: 412,
      verdict: "fail",
      reason:
        "The canary is worse by its errors: 51 of 1065 requests failed, of stable 21 of 9585; evidence over 1000 after 18 s, bound 200.",
      numbers: { seconds: 58, failure: { by: "errors" } },
    });
    expect(await ask(app, `/argo-rollouts?${query}`)).toEqual({
      statusCode: 200,
      verdict: "fail",
      reason: expect.stringMatching(/^The canary is worse by its errors: 51 of 1065 requests failed/),
    });
    const metadata = { by: "destination_version", app: "echo", stable: "v1", canary: "v2", since: String(fail.since) };
    expect(await post(app, "/flagger", payload(metadata))).toMatchObject({ statusCode: 412, verdict: "fail" });
    expect(await post(app, "/flagger/rollback", payload(metadata))).toMatchObject({ statusCode: 200, verdict: "fail" });
  });

  test("a good canary passes, and is not rolled back", async () => {
    const app = await service(pass.answer);
    const query = `${versions}&since=${pass.since}`;
    expect(await ask(app, `/verdict?${query}`)).toMatchObject({
      statusCode: 200,
      verdict: "pass",
      reason: "The canary is good enough: 0 of 1026 requests failed; evidence over 1000, bound 20.",
    });
    expect(await ask(app, `/argo-rollouts?${query}`)).toMatchObject({ statusCode: 200, verdict: "pass" });
    const metadata = { by: "destination_version", app: "echo", stable: "v1", canary: "v2", since: String(pass.since) };
    expect(await post(app, "/flagger", payload(metadata))).toMatchObject({ statusCode: 200, verdict: "pass" });
    expect(await post(app, "/flagger/rollback", payload(metadata))).toMatchObject({ statusCode: 409, verdict: "pass" });
  });

  test("a canary that nobody called has no verdict", async () => {
    const app = await service(pass.answer);
    const query = `app=echo&by=destination_workload&stable=echo-v1&canary=echo-v9&since=${pass.since}`;
    const none = { verdict: "inconclusive", reason: "No request to the canary version was counted." };
    expect(await ask(app, `/verdict?${query}`)).toMatchObject({ statusCode: 409, ...none });
    expect(await ask(app, `/argo-rollouts?${query}`)).toMatchObject({ statusCode: 200, ...none });
  });

  test("a release of the future or of long ago, by Prometheus' own clock, has no verdict", async () => {
    const app = await service(pass.answer);
    expect(await ask(app, `/verdict?${versions}&since=4000000000`)).toMatchObject({
      statusCode: 409,
      reason: expect.stringMatching(/^The release begins \d+ s from now, by the clock of Prometheus[.]$/),
    });
    expect(await ask(app, `/verdict?${versions}&since=1`)).toMatchObject({
      statusCode: 409,
      reason: expect.stringMatching(
        /^The release began \d+ s ago, and at most 7200 readings are made: ask with a step of \d+ s or more[.]$/,
      ),
    });
  });
});

const now = { status: "success", data: { resultType: "scalar", result: [1000, "1000"] } };
const syntaxError = { status: "error", errorType: "bad_data", error: 'invalid parameter "query": 1:4: parse error' };

/** Answers the question for the time, and each other one by `text`. */
const answering =
  (text: (query: URLSearchParams) => string, status = 200): RequestListener =>
  ({ url = "" }, response) => {
    if (url.startsWith("/api/v1/query?")) return response.end(JSON.stringify(now));
    response.statusCode = status;
    return response.end(text(new URL(url, "http://fake").searchParams));
  };

describe("without an answer of Prometheus that can be read", () => {
  test.each<[string, RequestListener, string]>([
    ["an error", answering(() => JSON.stringify(syntaxError), 400), 'Prometheus answers 400: {"status":"error"'],
    ["a gateway's page", answering(() => "<html>", 502), "Prometheus answers 502: <html>"],
    ["no JSON", answering(() => "<html>"), "The answer of Prometheus is no JSON."],
    ["another API", answering(() => "{}"), "The answer of Prometheus cannot be read: its status is undefined"],
    ["another type", answering(() => JSON.stringify(now)), "The answer of Prometheus cannot be read: it is no matrix."],
    ["no time", (_, response) => response.end("[]"), "Prometheus does not say what time it is."],
    ["a lost connection", ({ socket }) => socket.destroy(), "Prometheus cannot be reached: UND_ERR_SOCKET."],
    [
      "a redirection",
      (_, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
      "Prometheus cannot be reached: ",
    ],
    [
      "ever more than is read",
      answering(() => " ".repeat(mostBytes + 1)),
      "There are too many counters to read at once: ask for one app, or with latency=off.",
    ],
  ])("as with %s, there is no verdict, and nobody sees another one", async (_, answer, reason) => {
    const app = await service(answer);
    const expected = { verdict: "inconclusive", reason: expect.stringContaining(reason) };
    expect(await ask(app, `/verdict?${versions}`)).toMatchObject({ statusCode: 409, ...expected });
    expect(await ask(app, `/argo-rollouts?${versions}`)).toMatchObject({ statusCode: 200, ...expected });
    for (const path of ["/flagger", "/flagger/rollback"])
      expect(await post(app, path, payload({}))).toMatchObject({ statusCode: 409, ...expected });
  });

  test("it is waited for no longer than is said, also behind another question", async () => {
    const app = await service(() => {}, 200);
    const started = performance.now();
    const answers = await Promise.all(["v2", "v3"].map((canary) => ask(app, `/verdict?stable=v1&canary=${canary}`)));
    for (const answer of answers)
      expect(answer).toMatchObject({ statusCode: 409, reason: "Prometheus did not answer in time." });
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test("the service is alive", async () => {
    const app = await service(({ socket }) => socket.destroy());
    expect(await ask(app, "/healthz")).toEqual({ statusCode: 200, status: "alive" });
  });
});

test("an answer that is too long is asked for in shorter stretches, and nothing is lost between them", async () => {
  const spans: [number, number][] = [];
  const app = await service(
    answering((query) => {
      const [start, end] = [Number(query.get("start")), Number(query.get("end"))];
      if (end - start > 300) return " ".repeat(mostBytes + 1);
      if (query.get("query")?.startsWith("istio_requests_total")) spans.push([start, end]);
      const values = Array.from({ length: Math.floor((end - start) / 2) + 1 }, (_, index) => start + 2 * index);
      const counter = (destination_version: string, each: number) => ({
        metric: { destination_version, response_code: "200", pod: "a" },
        values: values.map((seconds) => [seconds, String(seconds * each)]),
      });
      const result = [counter("v1", 90), counter("v2", 10)];
      return JSON.stringify({ status: "success", data: { resultType: "matrix", result } });
    }),
  );
  const answer = await ask(app, `/verdict?${versions}&since=0&latency=off`);
  expect(answer).toMatchObject({
    verdict: "pass",
    numbers: { seconds: 1000, canary: { requests: 10_000, errors: 0 } },
  });
  expect(spans.map(([start], index) => start - (spans[index - 1]?.[1] ?? -2))).toEqual(spans.map(() => 2));
});

describe("a bad request", () => {
  test("has no verdict, and each thing that is wrong is named", async () => {
    const app = await service(recorded("good").answer);
    const reason = expect.stringContaining("stable is missing\ncanary is missing");
    expect(await ask(app, "/verdict")).toEqual({ statusCode: 409, verdict: "inconclusive", reason });
    expect(await ask(app, "/argo-rollouts?alpha=2")).toMatchObject({ statusCode: 200, verdict: "inconclusive" });
  });

  test.each([
    ["no JSON", "{", 400],
    ["a long one", JSON.stringify(payload({ app: "x".repeat(20_000) })), 413],
    ["a list", "[]", 409],
    ["a payload of wrong types", JSON.stringify({ name: 1, namespace: {}, metadata: [] }), 409],
  ])("of Flagger, as %s, neither advances nor rolls back", async (_, body, status) => {
    const app = await service(recorded("good").answer);
    for (const path of ["/flagger", "/flagger/rollback"]) {
      const headers = { "content-type": "application/json" };
      const answer = await app.inject({ method: "POST", path, headers, body });
      expect([answer.statusCode, JSON.parse(answer.body).verdict]).toEqual([status, "inconclusive"]);
    }
  });

  test("of Flagger asks for the canary's Deployment and for the primary one", async () => {
    const queries: (string | null)[] = [];
    const app = await service(
      answering((query) => {
        queries.push(query.get("query"));
        return JSON.stringify({ status: "success", data: { resultType: "matrix", result: [] } });
      }),
    );
    await post(app, "/flagger", payload({}));
    expect(queries).toContain(
      'istio_requests_total{destination_workload=~"echo-primary|echo",reporter="source",destination_workload_namespace="shop"}',
    );
  });
});
