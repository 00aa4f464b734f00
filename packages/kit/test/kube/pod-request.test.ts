import { expect, test } from "@jest/globals";
import { requestFromPod } from "../../src/kube/pod-request.ts";
import { data, kubelet, target } from "./fake-kubelet.ts";

const asked = { ...target, path: "/clusters?format=json", timeoutMilliseconds: 5000 };

/** A pod that answers each request so. */
const answering = (answer: string) =>
  kubelet((socket, received) => {
    if (received.toString().endsWith("\r\n\r\n")) socket.send(data(answer));
  });

test("what listens on a port of a pod is asked, and its answer is what it says", async () => {
  let received = "";
  const { connection, urls } = await kubelet((socket, bytes) => {
    received += bytes;
    // As Envoy does, which does not know the length before it has written all of it.
    socket.send(data("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"));
  });
  expect(await requestFromPod(connection, asked)).toBe("{}");
  expect(received).toMatch(/^GET \/clusters\?format=json HTTP\/1\.1\r\nhost: localhost\r\n/i);
  expect(urls).toEqual(["/prefix/api/v1/namespaces/images/pods/registry-0/portforward?ports=5000"]);
});

test("an answer that is none is an error with what was asked, where, and why", async () => {
  const { connection } = await answering("HTTP/1.1 404 Not Found\r\ncontent-length: 14\r\n\r\ninvalid path.\n");
  await expect(requestFromPod(connection, asked)).rejects.toMatchObject({
    message: "GET /clusters?format=json failed: 404 invalid path.",
    place: "pod images/registry-0, port 5000",
  });
});

test("so is a port on which nothing listens, in the kubelet's words", async () => {
  const { connection } = await kubelet((socket) => {
    socket.send(data("error forwarding port 5000 to pod: connection refused\n", 1));
  });
  await expect(requestFromPod(connection, asked)).rejects.toThrow("connection refused");
});

test("an API server that refuses says so", async () => {
  const { connection } = await kubelet(() => {}, false);
  await expect(requestFromPod(connection, asked)).rejects.toThrow("403");
});

test("silence ends in time", async () => {
  const { connection } = await kubelet(() => {});
  const began = performance.now();
  await expect(requestFromPod(connection, { ...asked, timeoutMilliseconds: 200 })).rejects.toThrow(
    "there was no answer within 0.2 s",
  );
  expect(performance.now() - began).toBeLessThan(2000);
});
