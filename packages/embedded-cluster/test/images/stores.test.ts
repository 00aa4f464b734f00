import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "@canary-lab/kit/user-error";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { ShippableImage } from "../../src/images/archive.ts";
import { renderImage } from "../../src/images/image.ts";
import type { RegistryAccess } from "../../src/images/registry.ts";
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
    await containerdStore(ctr(), "/run/c.sock", advice).load([held, absent]);
    expect(noted("arguments")).toBe("--address /run/c.sock --namespace k8s.io images import -\n");
    const names = execFileSync("tar", ["-tf", join(folder, "input")], { encoding: "utf8" }).split("\n");
    expect(names).toContain(`blobs/${absent.rendered.manifest.digest.replace(":", "/")}`);
  });

  test("tells the user what containerd said", async () => {
    const failing = containerdStore(ctr(1), "/run/c.sock", advice).load([held]);
    await expect(failing).rejects.toThrow(UserError);
    await expect(failing).rejects.toThrow(/refused `ctr images import -`: trouble/);
    await expect(failing).rejects.toMatchObject({ first: "read /logs/daemon.log", next: "cluster up" });
  });
});

describe("dockerStore", () => {
  let server: Server;
  let socket: string;
  let asked: { readonly method?: string | undefined; readonly url?: string | undefined; readonly auth: string }[];
  let pulled: { status: number; body: string };
  let named: number;

  // Where the daemon is to get images, nobody answers: an image without layers needs no registry but for its documents.
  const registry: RegistryAccess = {
    host: "127.0.0.1:1",
    authority: "",
    credentials: { username: "lab", password: "a~b?" },
    layers: "/nowhere",
    advice: { first: "read the log", next: "cluster up" },
  };

  beforeEach(async () => {
    socket = join(folder, "docker.sock");
    asked = [];
    pulled = { status: 200, body: `{"status":"Pull complete"}\n` };
    named = 201;
    server = createServer((request, response) => {
      const { method, url } = request;
      asked.push({ method, url, auth: String(request.headers["x-registry-auth"] ?? "") });
      if (url?.startsWith("/v1.40/images/create")) return void response.writeHead(pulled.status).end(pulled.body);
      if (url?.includes("/tag?")) return void response.writeHead(named).end(`{"message":"no such image"}`);
      const id = { [held.name]: held.rendered.config.digest, [changed.name]: "sha256:old" };
      const found = Object.entries(id).find(([name]) => url === `/v1.40/images/${name}/json`);
      response
        .writeHead(found ? 200 : 404)
        .end(JSON.stringify(found ? { Id: found[1] } : { message: "No such image" }));
    });
    await new Promise<void>((resolve) => server.listen(socket, resolve));
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  /** Images that are in the registry already. */
  const loads = () => dockerStore(socket, registry, advice, async () => undefined).load([absent]);

  test("misses what is not there and what has another id", async () => {
    expect(await dockerStore(socket, registry, advice).missing([held, changed, absent])).toEqual([changed, absent]);
  });

  test("pulls from the registry, with its credentials, and gives the image its own name", async () => {
    await loads();
    const [pull, tag] = asked;
    expect(pull?.url).toBe("/v1.40/images/create?fromImage=127.0.0.1%3A1%2Flab%2Fabsent&tag=1");
    expect(pull?.auth).toMatch(/^[\w-]+=*$/);
    expect(JSON.parse(Buffer.from(pull?.auth ?? "", "base64url").toString())).toEqual({
      username: "lab",
      password: "a~b?",
      serveraddress: "127.0.0.1:1",
    });
    expect(tag?.url).toBe("/v1.40/images/127.0.0.1:1/lab/absent:1/tag?repo=lab%2Fabsent&tag=1");
  });

  test("sees a failure that comes after the status", async () => {
    pulled = { status: 200, body: `{"status":"…"}\n{"errorDetail":{"message":"no space left on device"}}\n` };
    await expect(loads()).rejects.toThrow(/refused to pull docker.io\/lab\/absent:1: .*no space left/);
  });

  test("says what the daemon said that does not name the image", async () => {
    named = 404;
    await expect(loads()).rejects.toThrow(/refused to name docker.io\/lab\/absent:1: .*no such image/);
  });

  test("says where no registry and no daemon answers", async () => {
    await expect(dockerStore(socket, registry, advice).load([absent])).rejects.toThrow(/registry does not answer/);
    expect(asked).toEqual([]);
    const silent = dockerStore(join(folder, "nobody.sock"), registry, advice, async () => undefined);
    await expect(silent.missing([held])).rejects.toThrow(UserError);
    await expect(silent.load([absent])).rejects.toThrow(/daemon does not answer/);
  });
});
