import { request } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "@jest/globals";
import { connectToPod } from "../../src/kube/port-forward.ts";
import { listen } from "./fake-api.ts";
import { data, kubelet, target } from "./fake-kubelet.ts";

test("a request over HTTP goes to the pod's port, and megabytes come back", async () => {
  const body = Buffer.alloc(3_000_000, "x");
  let received = "";
  const { connection, urls } = await kubelet((socket, bytes) => {
    received += bytes;
    if (!received.endsWith("pushed")) return;
    socket.send(data(`HTTP/1.1 201 Created\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`));
    for (let at = 0; at < body.length; at += 32_768) socket.send(data(body.subarray(at, at + 32_768)));
  });
  const stream = await connectToPod(connection, target);
  const answer = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const call = request({ createConnection: () => stream, path: "/v2/", method: "PUT" }, async (response) =>
      resolve({ status: response.statusCode, text: await text(response) }),
    );
    call.on("error", reject);
    call.end("pushed");
  });
  expect(answer.status).toBe(201);
  expect(answer.text).toHaveLength(body.length);
  expect(received).toMatch(/^PUT \/v2\/ HTTP\/1\.1\r\n/);
  expect(urls).toEqual(["/prefix/api/v1/namespaces/images/pods/registry-0/portforward?ports=5000"]);
});

test("the stream fails with what the kubelet says", async () => {
  const { connection } = await kubelet((socket) => {
    socket.send(data("error forwarding port 5000 to pod: connection refused\n", 1));
  });
  const stream = await connectToPod(connection, target);
  stream.write("GET");
  await expect(text(stream)).rejects.toThrow("error forwarding port 5000 to pod: connection refused");
});

test("an API server that refuses is an error before anything is sent", async () => {
  const { connection } = await kubelet(() => {}, false);
  await expect(connectToPod(connection, target)).rejects.toThrow("403");
});

test("an API server that does not answer is an error", async () => {
  const { server, port } = await listen(() => {});
  const access = async () => ({ agent: undefined as never, streams: undefined as never, headers: {} });
  const connection = { server: new URL(`http://127.0.0.1:${port}`), access };
  await expect(connectToPod(connection, target, 50)).rejects.toThrow("Opening handshake has timed out");
  server.closeAllConnections();
});
