import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { ApiServer } from "../../src/kube/api-server.ts";
import { connect } from "../../src/kube/connection.ts";
import type { Fields } from "../../src/kube/kubeconfig.ts";
import { selfSigned } from "../certificates.ts";
import { connectProxy } from "./connect-proxy.ts";
import { fakeApi, type Seen } from "./fake-api.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const scratch = () => mkdtempSync(join(tmpdir(), "connection-"));
const connectionOf = (cluster: Fields, user: Fields = {}) => connect({ cluster, user, namespace: "default" });
const ask = (cluster: Fields, user: Fields = {}) => new ApiServer(() => connectionOf(cluster, user)).call("/x");

let server: { readonly cert: string; readonly key: string };
let client: { readonly cert: string; readonly key: string };
beforeAll(async () => {
  server = await selfSigned("api.test", ["127.0.0.1"]);
  client = await selfSigned("client.test");
});

const secure = () => fakeApi({ "/x": [200, { found: true }] }, server);

describe("TLS", () => {
  test("verifies the server by the kubeconfig's authority, and shows the client's certificate", async () => {
    const { port, seen } = await secure();
    const cluster = { server: `https://127.0.0.1:${port}`, "certificate-authority-data": base64(server.cert) };
    const user = { "client-certificate-data": base64(client.cert), "client-key-data": base64(client.key) };
    expect(await ask(cluster, user)).toEqual({ found: true });
    const { socket } = (seen[0] as Seen).request;
    expect((socket as TLSSocket).getPeerCertificate().subject.CN).toBe("client.test");
  });

  test("refuses a server that is signed by somebody else, or has another name", async () => {
    const { port } = await secure();
    await expect(ask({ server: `https://127.0.0.1:${port}` })).rejects.toThrow(/self-signed|self signed/);
    const other = { "certificate-authority-data": base64(server.cert), "tls-server-name": "other.test" };
    await expect(ask({ server: `https://127.0.0.1:${port}`, ...other })).rejects.toThrow(/altnames/i);
  });

  test("says so where the server's certificate has expired", async () => {
    const expired = await selfSigned("api.test", ["127.0.0.1"], -1);
    const { port } = await fakeApi({}, expired);
    const cluster = { server: `https://127.0.0.1:${port}`, "certificate-authority-data": base64(expired.cert) };
    await expect(ask(cluster)).rejects.toThrow("The cluster does not answer: certificate has expired");
  });

  test("takes the name to verify from tls-server-name", async () => {
    const { port } = await secure();
    const named = { "certificate-authority-data": base64(server.cert), "tls-server-name": "api.test" };
    expect(await ask({ server: `https://127.0.0.1:${port}`, ...named })).toEqual({ found: true });
  });

  test("an address in tls-server-name is verified as well, and not sent as the server's name, which is to be none", async () => {
    const { port, seen } = await secure();
    const at = (address: string) =>
      ask({
        server: `https://localhost:${port}`,
        "certificate-authority-data": base64(server.cert),
        "tls-server-name": address,
      });
    expect(await at("127.0.0.1")).toEqual({ found: true });
    const { socket } = (seen[0] as Seen).request;
    expect((socket as TLSSocket & { readonly servername?: string }).servername).toBe("localhost");
    await expect(at("127.0.0.2")).rejects.toThrow(/does not match certificate's altnames|not in the cert's list/i);
  });

  test("verifies nothing where the kubeconfig asks for that, and refuses it beside an authority", async () => {
    const { port } = await secure();
    const insecure = { server: `https://127.0.0.1:${port}`, "insecure-skip-tls-verify": true };
    expect(await ask(insecure)).toEqual({ found: true });
    const both = ask({ ...insecure, "certificate-authority-data": base64(server.cert) });
    await expect(both).rejects.toMatchObject({ name: "UserError", allowed: expect.stringContaining("kubectl") });
  });
});

describe("credentials", () => {
  test("are a token, a token file that is read each time, or a name with a password", async () => {
    const cluster = { server: "http://127.0.0.1:1" };
    const headersOf = async (user: Fields) => (await (await connectionOf(cluster, user)).access()).headers;
    expect(await headersOf({ token: "abc" })).toEqual({ authorization: "Bearer abc" });
    expect(await headersOf({ username: "u", password: "p" })).toEqual({ authorization: `Basic ${base64("u:p")}` });

    const tokenFile = join(scratch(), "token");
    writeFileSync(tokenFile, "one\n");
    const { access } = await connectionOf(cluster, { tokenFile });
    expect((await access()).headers).toEqual({ authorization: "Bearer one" });
    writeFileSync(tokenFile, "two\n");
    expect((await access()).headers).toEqual({ authorization: "Bearer two" });
  });

  test("of a command are asked for once, and again when they have ended", async () => {
    const folder = scratch();
    const command = join(folder, "credential");
    // Counts its runs, and says what it was told. The first credential has ended already.
    writeFileSync(
      command,
      `#!/bin/sh
echo run >> '${folder}/runs'; n=$(wc -l < '${folder}/runs'); printf '%s' "$KUBERNETES_EXEC_INFO" > '${folder}/info'
[ "$n" -eq 1 ] && ends=2020-01-01T00:00:00Z || ends=2999-01-01T00:00:00Z
printf '{"status":{"token":"%s-%s-%s","expirationTimestamp":"%s"}}' "$1" "$KIND" "$n" "$ends"
`,
    );
    chmodSync(command, 0o700);
    const apiVersion = "client.authentication.k8s.io/v1";
    const exec = { apiVersion, command, args: ["$(id)"], env: [{ name: "KIND", value: "token" }] };
    const { access } = await connectionOf({ server: "http://127.0.0.1:1" }, { exec });
    const asked: unknown[] = [];
    for (let time = 0; time < 3; time++) asked.push((await access()).headers.authorization);
    expect(asked).toEqual(["Bearer $(id)-token-1", "Bearer $(id)-token-2", "Bearer $(id)-token-2"]);
    const info = JSON.parse(readFileSync(join(folder, "info"), "utf8"));
    expect(info).toEqual({ apiVersion, kind: "ExecCredential", spec: { interactive: false } });
  });

  test("that only the Kubernetes client knows are left to it", async () => {
    const { port, seen } = await secure();
    const cluster = { server: `https://127.0.0.1:${port}`, "certificate-authority-data": base64(server.cert) };
    expect(await ask(cluster, { token: "abc", as: "somebody" })).toEqual({ found: true });
    expect(seen[0]?.request.headers).toMatchObject({
      authorization: "Bearer abc",
      "impersonate-user": "somebody",
    });
  }, 60_000); // jest takes seconds to load that client on a busy machine
});

test("a proxy of the kubeconfig carries the connection, which stays verified", async () => {
  const { port } = await secure();
  const proxy = await connectProxy();
  const cluster = { server: `https://127.0.0.1:${port}`, "proxy-url": proxy.address };
  expect(await ask({ ...cluster, "certificate-authority-data": base64(server.cert) })).toEqual({ found: true });
  expect(proxy.tunnels).toEqual([`127.0.0.1:${port}`]);
  await expect(ask(cluster)).rejects.toThrow(/self-signed|self signed/);
});
