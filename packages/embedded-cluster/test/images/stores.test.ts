import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { UserError } from "@canary-lab/kit/user-error";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { ShippableImage } from "../../src/images/archive.ts";
import { renderImage } from "../../src/images/image.ts";
import { containerdStore, dockerStore, parseImageList } from "../../src/images/stores.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stores-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const advice = { log: "/logs/daemon.log", up: "cluster up" };

const image = (name: string): ShippableImage => ({
  name,
  rendered: renderImage({ name, description: name, layers: [] }, []),
  sources: [],
});
const [held, changed, absent] = ["held", "changed", "absent"].map((name) => image(`docker.io/lab/${name}:1`)) as [
  ShippableImage,
  ShippableImage,
  ShippableImage,
];

async function* archive(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("an ");
  yield Buffer.from("archive");
}

describe("containerdStore", () => {
  const list = [
    "REF                    TYPE                 DIGEST           SIZE     PLATFORMS   LABELS",
    `${held.name} application/vnd.oci.image.manifest.v1+json ${held.rendered.manifest.digest} 1.4 MiB linux/amd64 io.cri-containerd.image=managed`,
    `${changed.name} application/vnd.oci.image.manifest.v1+json sha256:old 1.4 MiB linux/amd64 -`,
  ].join("\n");

  /** A `ctr` that notes its arguments and input, prints the list and ends as told. */
  const ctr = (exitCode = 0): string => {
    const path = join(folder, "ctr");
    writeFileSync(join(folder, "list"), list);
    writeFileSync(
      path,
      `#!/bin/sh\ncd ${folder}\necho "$@" > arguments\ncat > input\ncat list\necho trouble >&2\nexit ${exitCode}\n`,
    );
    chmodSync(path, 0o755);
    return path;
  };
  const noted = (name: string): string => readFileSync(join(folder, name), "utf8");

  test("reads containerd's table", () => {
    expect([...parseImageList(list)]).toEqual([
      [held.name, held.rendered.manifest.digest],
      [changed.name, "sha256:old"],
    ]);
    expect(parseImageList("REF TYPE DIGEST SIZE PLATFORMS LABELS\n").size).toBe(0);
  });

  test("misses what is not there and what has another digest", async () => {
    expect(await containerdStore(ctr(), "/run/c.sock", advice).missing([held, changed, absent])).toEqual([
      changed,
      absent,
    ]);
  });

  test("imports into the kubelet's namespace", async () => {
    await containerdStore(ctr(), "/run/c.sock", advice).load(archive());
    expect(noted("arguments")).toBe("--address /run/c.sock --namespace k8s.io images import -\n");
    expect(noted("input")).toBe("an archive");
  });

  test("tells the user what containerd said", async () => {
    const failing = containerdStore(ctr(1), "/run/c.sock", advice).load(archive());
    await expect(failing).rejects.toThrow(UserError);
    await expect(failing).rejects.toThrow(/refused `ctr images import -`: trouble/);
    await expect(failing).rejects.toMatchObject({ next: "Read /logs/daemon.log, then: cluster up" });
  });
});

describe("dockerStore", () => {
  let server: Server;
  let socket: string;
  let loaded: string | undefined;
  let loadAnswer: { status: number; body: string; early?: true };

  beforeEach(async () => {
    socket = join(folder, "docker.sock");
    loadAnswer = { status: 200, body: `{"stream":"Loaded image: lab/held:1\\n"}\n` };
    server = createServer(async (request, response) => {
      if (loadAnswer.early) {
        response.writeHead(loadAnswer.status, { connection: "close" }).end(loadAnswer.body, () => request.destroy());
        return;
      }
      const body = await buffer(request);
      if (request.url === "/v1.40/images/load?quiet=1") {
        loaded = body.toString();
        response.writeHead(loadAnswer.status).end(loadAnswer.body);
        return;
      }
      const id = { [held.name]: held.rendered.config.digest, [changed.name]: "sha256:old" };
      const found = Object.entries(id).find(([name]) => request.url === `/v1.40/images/${name}/json`);
      response
        .writeHead(found ? 200 : 404)
        .end(JSON.stringify(found ? { Id: found[1] } : { message: "No such image" }));
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  test("misses what is not there and what has another id", async () => {
    expect(await dockerStore(socket, advice).missing([held, changed, absent])).toEqual([changed, absent]);
  });

  test("loads an archive", async () => {
    await dockerStore(socket, advice).load(archive());
    expect(loaded).toBe("an archive");
  });

  test("sees a failure that comes after the status", async () => {
    loadAnswer = { status: 200, body: `{"stream":"…"}\n{"errorDetail":{"message":"no space left on device"}}\n` };
    await expect(dockerStore(socket, advice).load(archive())).rejects.toThrow(
      /refused an image archive: .*no space left/,
    );
  });

  test("tells what a daemon said that stopped reading", async () => {
    loadAnswer = { status: 500, body: '{"message":"no space left on device"}', early: true };
    const endless = (async function* () {
      for (;;) yield Buffer.alloc(1024 * 1024);
    })();
    await expect(dockerStore(socket, advice).load(endless)).rejects.toThrow(
      /refused an image archive: .*no space left/,
    );
  });

  test("says where no daemon answers", async () => {
    const silent = dockerStore(join(folder, "nobody.sock"), advice);
    await expect(silent.missing([held])).rejects.toThrow(UserError);
    await expect(silent.load(archive())).rejects.toThrow(/does not answer/);
  });
});
