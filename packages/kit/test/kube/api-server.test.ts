import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, test } from "@jest/globals";
import { ApiServer, type ApiServerOptions, type WatchEvent } from "../../src/kube/api-server.ts";
import { connect } from "../../src/kube/connection.ts";
import { UnreachableError } from "../../src/kube/errors.ts";
import { fakeApi, listen } from "./fake-api.ts";

const apiAt = (port: number, options?: ApiServerOptions) =>
  new ApiServer(
    () => connect({ cluster: { server: `http://127.0.0.1:${port}/prefix/` }, user: {}, namespace: "" }),
    options,
  );

describe("a call", () => {
  test("carries query, body and headers to a path below the server's own", async () => {
    const { port, seen } = await fakeApi({ "/prefix/x?a=1&b=c%2Fd": [201, { made: true }] });
    const call = { method: "POST", query: { a: "1", b: "c/d", none: undefined }, body: { x: 1 } } as const;
    expect(await apiAt(port, { userAgent: "tester" }).call("/x", call)).toEqual({ made: true });
    expect(seen[0]?.request.headers).toMatchObject({ "content-type": "application/json", "user-agent": "tester" });
  });

  test.each(["DELETE", "PATCH", "POST"] as const)(
    "%s says how long its body is, so that the next call is not taken for a part of it",
    async (method) => {
      const bodies: string[] = [];
      const { port } = await listen(async (request, response) => {
        let text = "";
        for await (const chunk of request) text += chunk;
        bodies.push(`${request.headers["content-length"]} ${text}`);
        response.end("{}");
      });
      const api = apiAt(port);
      const body = { propagationPolicy: "Foreground", note: "ä" };
      for (let call = 0; call < 3; call++) await api.call("/x", { method, body });
      const text = JSON.stringify(body);
      expect(bodies).toEqual(Array(3).fill(`${Buffer.byteLength(text)} ${text}`));
    },
  );

  test("asks a server again that is too busy", async () => {
    let asked = 0;
    const { port } = await listen((_, response) => {
      asked += 1;
      if (asked === 1) response.writeHead(429, { "retry-after": "0.01" }).end();
      else response.end('{"asked":2}');
    });
    expect(await apiAt(port).call("/x")).toEqual({ asked: 2 });
  });

  test("fails where the server is silent, before its answer or in the middle of it", async () => {
    const { port } = await listen((request, response) => void (request.url === "/prefix/half" && response.write("{")));
    const api = apiAt(port, { timeoutMilliseconds: 50 });
    for (const path of ["/none", "/half"]) {
      const call = api.call(path);
      await expect(call).rejects.toBeInstanceOf(UnreachableError);
      await expect(call).rejects.toThrow("no answer within 0.05 s");
    }
  });

  test("ends with its signal", async () => {
    const { port } = await listen(() => {});
    const signal = AbortSignal.timeout(20);
    await expect(apiAt(port).call("/x", { signal })).rejects.not.toBeInstanceOf(UnreachableError);
  });
});

test("calls share a few connections, and none waits behind watches", async () => {
  const ofCalls = new Set<unknown>();
  const { port } = await listen((request, response) => {
    if (request.url?.includes("watch=1")) return response.writeHead(200).flushHeaders();
    ofCalls.add(request.socket);
    setTimeout(() => response.end("{}"), 5);
  });
  const api = apiAt(port, { timeoutMilliseconds: 5000 });
  const calls = () => Promise.all(Array.from({ length: 40 }, () => api.call("/x")));
  await calls();
  const given = new AbortController();
  const watches = Array.from({ length: 20 }, () => api.watch("/x", {}, () => {}, given.signal));
  await calls();
  given.abort();
  await Promise.all(watches);
  expect(ofCalls.size).toBe(12);
});

describe("a watch", () => {
  async function watched() {
    let opened: (response: ServerResponse) => void = () => {};
    const stream = new Promise<ServerResponse>((resolve) => {
      opened = resolve;
    });
    const { port } = await listen((request, response) => {
      if (request.url?.startsWith("/prefix/list")) return response.end("{}");
      response.flushHeaders();
      return opened(response);
    });
    return { port, stream };
  }

  test("calls back for each line, however it is cut, and returns when the server ends it", async () => {
    const { port, stream } = await watched();
    const events: WatchEvent[] = [];
    const end = apiAt(port).watch("/x", {}, (event) => events.push(event), new AbortController().signal);
    const response = await stream;
    response.write('{"type":"ADDED","object":{"a":"\u2028"}}\n{"type":"MOD');
    response.end('IFIED","object":{}}\n');
    await end;
    expect(events).toEqual([
      { type: "ADDED", object: { a: "\u2028" } },
      { type: "MODIFIED", object: {} },
    ]);
  });

  test("outlasts the timeout of calls, also on a connection that one has used", async () => {
    const { port, stream } = await watched();
    const api = apiAt(port, { timeoutMilliseconds: 1000 });
    await api.call("/list");
    let done = false;
    const events: WatchEvent[] = [];
    const end = api
      .watch("/x", {}, (event) => events.push(event), new AbortController().signal)
      .finally(() => {
        done = true;
      });
    const response = await stream;
    await new Promise((resolve) => setTimeout(resolve, 1500)); // longer than the timeout
    expect(done).toBe(false);
    response.end('{"type":"DELETED","object":{}}\n');
    await end;
    expect(events).toHaveLength(1);
  });

  test("returns when its signal is aborted, and fails where the connection breaks", async () => {
    const first = await watched();
    const given = new AbortController();
    const end = apiAt(first.port).watch("/x", {}, () => {}, given.signal);
    const response = await first.stream;
    const closed = once(response, "close");
    given.abort();
    await end;
    await closed;

    const second = await watched();
    const broken = apiAt(second.port).watch("/x", {}, () => {}, new AbortController().signal);
    (await second.stream).destroy();
    await expect(broken).rejects.toBeInstanceOf(UnreachableError);
  });

  test("is refused with the server's words", async () => {
    const { port } = await fakeApi({ "/prefix/x?watch=1&timeoutSeconds=1200": [410, { message: "too old" }] });
    const refused = apiAt(port).watch("/x", {}, () => {}, new AbortController().signal);
    await expect(refused).rejects.toMatchObject({ status: 410, message: "too old" });
  });
});
