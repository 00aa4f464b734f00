import { mkdtempSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { probe } from "../src/probe.ts";
import { selfSigned } from "./certificates.ts";
import { fakeApi, listen } from "./kube/fake-api.ts";

test("answers come back whatever their status, over HTTP", async () => {
  const { port } = await fakeApi({ "/readyz": [503, "not yet"] });
  expect(await probe({ url: `http://127.0.0.1:${port}/readyz` })).toEqual({ status: 503, body: "not yet" });
});

test("over HTTPS only a server that the authority has signed counts", async () => {
  const tls = await selfSigned("localhost", ["127.0.0.1"]);
  const { port } = await fakeApi({ "/readyz": [200, "ok"] }, tls);
  const url = `https://127.0.0.1:${port}/readyz`;
  expect(await probe({ url, tls: { ca: tls.cert } })).toEqual({ status: 200, body: "ok" });
  expect(await probe({ url })).toBeUndefined();
});

test("over a Unix socket the address is a path only", async () => {
  const socketPath = join(mkdtempSync(join(tmpdir(), "probe-")), "socket");
  const server = createServer((request, response) => response.end(request.url));
  await new Promise<void>((done) => server.listen(socketPath, done));
  try {
    expect(await probe({ url: "http://localhost/_ping", socketPath })).toEqual({ status: 200, body: "/_ping" });
  } finally {
    server.close();
  }
});

test("the server gets the headers, the name of its host among them", async () => {
  const { port } = await listen((request, response) => response.end(request.headers.host));
  const url = `http://127.0.0.1:${port}/`;
  expect(await probe({ url, headers: { host: "page.test:30080" } })).toEqual({ status: 200, body: "page.test:30080" });
});

test("a signal ends the wait", async () => {
  const { port } = await listen(() => {});
  const url = `http://127.0.0.1:${port}/`;
  expect(await probe({ url, timeoutMilliseconds: 60_000, signal: AbortSignal.timeout(10) })).toBeUndefined();
});

test("no answer is undefined: refused, or too late", async () => {
  expect(await probe({ url: "http://127.0.0.1:1/" })).toBeUndefined();
  const { port } = await listen(() => {});
  expect(await probe({ url: `http://127.0.0.1:${port}/`, timeoutMilliseconds: 30 })).toBeUndefined();
});
