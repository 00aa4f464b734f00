import { beforeAll, beforeEach, expect, test } from "@jest/globals";
import { WebSocketServer } from "ws";
import { ApiServer } from "../../src/kube/api-server.ts";
import { type Connection, connect } from "../../src/kube/connection.ts";
import { execInPod } from "../../src/kube/exec.ts";
import type { Fields } from "../../src/kube/kubeconfig.ts";
import { selfSigned } from "../certificates.ts";
import { connectProxy } from "./connect-proxy.ts";
import { listen } from "./fake-api.ts";

// An API server at a name that only the proxy knows: what arrives there has taken the way that kubectl takes.

let certificate: { readonly cert: string; readonly key: string };
let proxy: Awaited<ReturnType<typeof connectProxy>>;
let api: { readonly port: number };

beforeAll(async () => {
  certificate = await selfSigned("api.test");
});

beforeEach(async () => {
  const { server, port } = await listen((request, response) => {
    if (!request.url?.includes("watch=1")) return void response.end('{"found":true}');
    response.end('{"type":"ADDED","object":{"found":true}}\n');
  }, certificate);
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket) => {
    socket.send(Buffer.concat([Buffer.from([1]), Buffer.from("hello")]));
    socket.send(Buffer.concat([Buffer.from([3]), Buffer.from('{"status":"Success"}')]));
  });
  api = { port };
  proxy = await connectProxy();
});

/** A connection with this in the kubeconfig's cluster and user, and in the environment. */
const connection = (cluster: Fields, environment: Readonly<Record<string, string>>, user: Fields = {}) =>
  connect(
    {
      cluster: {
        server: `https://api.test:${api.port}`,
        "certificate-authority-data": Buffer.from(certificate.cert).toString("base64"),
        ...cluster,
      },
      user,
      namespace: "default",
    },
    environment,
  );

const request = async (opened: Connection): Promise<unknown> => new ApiServer(async () => opened).call("/x");

async function watch(opened: Connection): Promise<unknown> {
  const seen: unknown[] = [];
  const { signal } = new AbortController();
  await new ApiServer(async () => opened).watch("/x", {}, ({ object }) => void seen.push(object), signal);
  return seen[0];
}

const exec = async (opened: Connection): Promise<unknown> => {
  const target = { namespace: "n", pod: "p", container: "c", command: ["echo"] };
  return { found: (await execInPod(opened, target)) === "hello" };
};

/** Only the Kubernetes client knows this field. */
const impersonation = { as: "somebody" };

test.each([
  ["a request", request, {}],
  ["a watch", watch, {}],
  ["a command in a pod", exec, {}],
  ["a request that the Kubernetes client makes ready", request, impersonation],
  ["a command in a pod that it makes ready", exec, impersonation],
] as const)(
  "%s goes by HTTPS_PROXY, and by proxy-url in front of it",
  async (_what, ask, user) => {
    const place = `api.test:${api.port}`;
    expect(await ask(await connection({}, { HTTPS_PROXY: proxy.address }, user))).toEqual({ found: true });
    expect(proxy.tunnels).toEqual([place]);
    const nobody = { HTTPS_PROXY: "http://127.0.0.1:1" };
    expect(await ask(await connection({ "proxy-url": proxy.address }, nobody, user))).toEqual({ found: true });
    expect(proxy.tunnels).toEqual([place, place]);
  },
  60_000,
);

test.each([
  ["NO_PROXY", { NO_PROXY: ".test" }, "api.test"],
  ["loopback", {}, "localhost"],
] as const)("none is taken for what %s exempts", async (_what, more, host) => {
  const cluster = { server: `https://${host}:${api.port}`, "tls-server-name": "api.test" };
  await request(await connection(cluster, { HTTPS_PROXY: proxy.address, ...more })).catch(() => {}); // api.test has no address
  expect(proxy.tunnels).toEqual([]);
});
