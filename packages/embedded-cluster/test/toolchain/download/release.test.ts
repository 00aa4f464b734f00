import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { issueAuthority, issueCertificate } from "../../../src/node/pki/issue.ts";
import { buildCaches } from "../../../src/toolchain/build-context.ts";
import { type Network, openNetwork } from "../../../src/toolchain/download/network.ts";
import { chooseSource, download, downloadReleases, forMachine } from "../../../src/toolchain/download/release.ts";
import { recipes } from "../../../src/toolchain/recipes/recipes.ts";
import { exampleContext } from "../example-settings.ts";

const content = Buffer.from("0123456789".repeat(20_000));
const sha256 = createHash("sha256").update(content).digest("hex");
const silence = 300; // ms: what counts as stalled here

let folder: string;
const open: { servers: Server[]; sockets: Set<Socket>; networks: Network[] } = {
  servers: [],
  sockets: new Set(),
  networks: [],
};
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "release-"));
});
afterEach(async () => {
  for (const { dispatcher } of open.networks.splice(0)) await dispatcher.destroy();
  for (const socket of open.sockets) socket.destroy();
  for (const server of open.servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

async function listen(server: Server): Promise<number> {
  server.on("connection", (socket: Socket) => {
    open.sockets.add(socket);
    socket.on("close", () => open.sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.servers.push(server);
  return (server.address() as AddressInfo).port;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const serve = async (handler: Handler): Promise<string> =>
  `http://127.0.0.1:${await listen(createHttpServer(handler))}`;

function network(authority?: string): Network {
  const opened = openNetwork(silence, authority);
  open.networks.push(opened);
  return opened;
}

/** Serves the content, in parts where one is asked for, and notes what was asked. */
function publisher(asked: string[] = [], body: Buffer = content): Handler {
  return (request, response) => {
    asked.push(request.headers.range ?? "all");
    const [, from] = /^bytes=(\d+)-/.exec(request.headers.range ?? "") ?? [];
    if (from === undefined) response.writeHead(200).end(body);
    else if (Number(from) >= body.length) response.writeHead(416).end();
    else response.writeHead(206).end(body.subarray(Number(from)));
  };
}

/** Sends the first `bytes` of the content and then nothing, without closing. */
const stall = (response: ServerResponse, bytes: number) => {
  response.writeHead(200, { "content-length": content.length });
  response.write(content.subarray(0, bytes));
};

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

describe("the source of a tool", () => {
  const release = (url: string, cpu = "x64") => ({ url, sha256: { [cpu]: sha256 }, file: "tool" });
  const choose = (...urls: string[]) =>
    chooseSource(
      urls.map((url) => release(url)),
      network(),
      "x64",
    );

  test("is the download where every release answers", async () => {
    const place = await serve(publisher());
    const url = `${place}/tool-{arch}`;
    expect(await choose(url, url)).toEqual({
      releases: [
        { url: `${place}/tool-amd64`, sha256, file: "tool" },
        { url: `${place}/tool-amd64`, sha256, file: "tool" },
      ],
      why: `from ${new URL(place).host}`,
    });
  });

  test("is the module where one does not, and it is said why", async () => {
    const [good, missing, slow] = [
      await serve(publisher()),
      await serve((_, response) => response.writeHead(404).end()),
      await serve(() => {}),
    ];
    const host = (place: string) => new URL(place).host;
    expect(await choose(good, missing)).toEqual({ why: `${host(missing)} answers with HTTP 404` });
    expect(await choose(slow)).toEqual({ why: `${host(slow)} cannot be used: it did not answer within 0.3 s` });
    expect(await choose("http://127.0.0.1:1/tool")).toEqual({
      why: "127.0.0.1:1 cannot be used: it refuses connections",
    });
    expect(await choose("http://nowhere.invalid/tool")).toEqual({
      why: "nowhere.invalid cannot be used: its name cannot be resolved",
    });
  });

  test("is the module where no checksum is pinned for this machine", async () => {
    const unpinned = { why: "no checksum of a release is pinned" };
    expect(await chooseSource(undefined, network(), "x64")).toEqual(unpinned);
    expect(await chooseSource([release("http://127.0.0.1:1/tool", "arm64")], network(), "x64")).toEqual(unpinned);
  });
});

test("addresses name the machine as upstream does", () => {
  expect(forMachine("{arch}/{cpu}", "x64")).toBe("amd64/x64");
  expect(forMachine("{arch}/{cpu}", "arm64")).toBe("arm64/arm64");
});

test("every release is pinned for both processors", () => {
  const releases = recipes.flatMap((recipe) => recipe.releases ?? []);
  expect(releases.length).toBeGreaterThan(0);
  for (const release of releases) {
    expect(Object.keys(release.sha256).sort()).toEqual(["arm64", "x64"]);
    for (const hash of Object.values(release.sha256)) expect(hash).toMatch(/^[0-9a-f]{64}$/);
  }
});
