import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { issueAuthority, issueCertificate } from "../../../src/node/pki/issue.ts";
import { buildCaches } from "../../../src/toolchain/build-context.ts";
import { download, downloadReleases } from "../../../src/toolchain/download/release.ts";
import { exampleContext } from "../example-settings.ts";

import { content, folder, listen, network, publisher, serve, sha256, silence, stall } from "./servers.ts";

const partial = () => join(buildCaches(exampleContext(folder).cache), "downloads", sha256);
const fetchIt = (place: string, dispatcher = network(), notes: string[] = []) =>
  download({ url: `${place}/tool`, sha256 }, dispatcher, (note) => notes.push(note), exampleContext(folder), 1);

/** Jest compares buffers byte by byte, which takes seconds. */
const expectContent = (file: string) => expect(readFileSync(file).equals(content)).toBe(true);

describe("a download", () => {
  test("is the file that was published", async () => {
    expectContent(await fetchIt(await serve(publisher())));
  });

  test("follows a redirect", async () => {
    const place = await serve(publisher());
    const front = await serve((_, response) => response.writeHead(302, { location: `${place}/elsewhere` }).end());
    expectContent(await fetchIt(front));
  });

  test("that stalls is gone on with where it stopped", async () => {
    const asked: string[] = [];
    const published = publisher(asked);
    const place = await serve((request, response) => {
      if (asked.length > 0) return published(request, response);
      asked.push("all");
      stall(response, 5000);
    });
    const notes: string[] = [];
    expectContent(await fetchIt(place, network(), notes));
    expect(asked).toEqual(["all", "bytes=5000-"]);
    expect(notes).toEqual([expect.stringMatching(/did not answer within 0.3 s; trying again/)]);
  });

  test("that is slow, but never silent, is waited for", async () => {
    const place = await serve(async (_, response) => {
      response.writeHead(200, { "content-length": content.length });
      const step = content.length / 8;
      for (let at = 0; at < content.length; at += step) {
        response.write(content.subarray(at, at + step));
        await new Promise((resolve) => setTimeout(resolve, silence / 4));
      }
      response.end();
    });
    const notes: string[] = [];
    expectContent(await fetchIt(place, network(), notes));
    expect(notes).toEqual([]);
  });

  test("that keeps failing says where and why, and the next run goes on", async () => {
    const silent = await serve((request, response) => {
      if (request.headers.range === undefined) stall(response, 7000); // and later not even an answer
    });
    const failing = fetchIt(silent);
    await expect(failing).rejects.toThrow(UserError);
    await expect(failing).rejects.toThrow(/did not answer within 0.3 s/);
    expect(statSync(partial()).size).toBe(7000);
    const asked: string[] = [];
    expectContent(await fetchIt(await serve(publisher(asked))));
    expect(asked).toEqual(["bytes=7000-"]);
  });

  test("that is whole already is only checked", async () => {
    mkdirSync(join(partial(), ".."), { recursive: true });
    writeFileSync(partial(), content);
    const asked: string[] = [];
    await fetchIt(await serve(publisher(asked)));
    expect(asked).toEqual([`bytes=${content.length}-`]);
  });

  test("of another file is refused, and not kept", async () => {
    const place = await serve(publisher([], Buffer.from("something else")));
    await expect(fetchIt(place)).rejects.toThrow(/not what its checksum says/);
    expect(existsSync(partial())).toBe(false);
  });

  test("whose beginning was something else is made anew", async () => {
    mkdirSync(join(partial(), ".."), { recursive: true });
    writeFileSync(partial(), "something else");
    expectContent(await fetchIt(await serve(publisher())));
  });

  test.each([
    [404, 1],
    [503, 4],
  ])("that is answered with %d is tried %d times", async (status, times) => {
    let count = 0;
    const place = await serve((_, response) => {
      count++;
      response.writeHead(status).end();
    });
    await expect(fetchIt(place)).rejects.toThrow(`the server answers with HTTP ${status}`);
    expect(count).toBe(times);
  });

  test("of a program can be run", async () => {
    const url = `${await serve(publisher())}/tool`;
    await downloadReleases([{ url, sha256, file: "tool" }], folder, () => {}, exampleContext(folder));
    expectContent(join(folder, "tool"));
    expect(statSync(join(folder, "tool")).mode & 0o111).toBe(0o111);
  });
});

describe("behind a proxy", () => {
  /** A proxy that notes where it is asked to connect to, and connects to `port` of this machine. */
  async function startProxy(port: number): Promise<{ place: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createHttpServer();
    server.on("connect", (request, client: Socket, head: Buffer) => {
      asked.push(request.url ?? "");
      const upstream = connect(port, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      for (const socket of [client, upstream]) socket.on("error", () => {});
    });
    return { place: `http://127.0.0.1:${await listen(server)}`, asked };
  }

  const before = { ...process.env };
  beforeEach(() => {
    for (const name of ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"]) {
      delete process.env[name];
    }
  });
  afterEach(() => {
    process.env = { ...before };
  });

  async function startPublisher() {
    const authority = await issueAuthority("test");
    const pem = await issueCertificate(
      { authority: "ca", commonName: "a", dnsNames: ["files.test"], ipAddresses: ["127.0.0.1"], usages: ["server"] },
      authority,
    );
    const port = await listen(createHttpsServer({ cert: pem, key: pem }, publisher()) as Server);
    return { authority, port };
  }

  test("HTTPS_PROXY is used, and TLS is verified end to end", async () => {
    const { authority, port } = await startPublisher();
    const proxy = await startProxy(port);
    process.env.HTTPS_PROXY = proxy.place;
    expectContent(await fetchIt("https://files.test", network(authority)));
    expect(proxy.asked).toEqual(["files.test:443"]);
    rmSync(partial());
    await expect(fetchIt("https://files.test", network())).rejects.toThrow(/certificate/);
  });

  test("NO_PROXY is honoured", async () => {
    const { authority, port } = await startPublisher();
    const proxy = await startProxy(port);
    process.env.HTTPS_PROXY = proxy.place;
    process.env.NO_PROXY = "127.0.0.1";
    expectContent(await fetchIt(`https://127.0.0.1:${port}`, network(authority)));
    expect(proxy.asked).toEqual([]);
  });
});
