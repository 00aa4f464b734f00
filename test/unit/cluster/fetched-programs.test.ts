import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Release } from "@canary-lab/embedded-cluster/toolchain/download/release";
import type { Progress } from "@canary-lab/kit/progress";
import { engineRelease } from "@canary-lab/pulumi-plugins/engine-recipe";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { fetchPrograms, folderOf, type ProgramStore, planPrograms } from "../../../cluster/fetched-programs.ts";
import { kindRelease } from "../../../cluster/kind/release.ts";

const shell = (says: string) => `#!/bin/sh\necho "${says}"\n`;
const sha256 = (content: Buffer) => createHash("sha256").update(content).digest("hex");
const proxies = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "no_proxy", "NO_PROXY"];

let folder: string;
let server: Server;
let asked: string[];
let published: Record<string, Buffer>;
let store: ProgramStore;
let stages: string[];
let notes: string[];
const before = { ...process.env };

/** As Pulumi publishes it: one folder with the CLI and the language hosts beside it. */
function pulumiArchive(...options: readonly string[]): Buffer {
  mkdirSync(join(folder, "made/pulumi"), { recursive: true });
  for (const [name, says] of [
    ["pulumi", "v3.250.0"],
    ["pulumi-language-nodejs", ""],
  ] as const) {
    writeFileSync(join(folder, "made/pulumi", name), shell(says));
    chmodSync(join(folder, "made/pulumi", name), 0o755);
  }
  execFileSync("tar", [...options, "-czf", join(folder, "made.tgz"), "-C", join(folder, "made"), "pulumi"]);
  return readFileSync(join(folder, "made.tgz"));
}

beforeEach(async () => {
  for (const name of proxies) delete process.env[name];
  folder = mkdtempSync(join(tmpdir(), "fetched-"));
  asked = [];
  stages = [];
  notes = [];
  published = {
    "/kind-linux-arm64": Buffer.from(shell("kind v0.33.0 go1.26.0 linux/arm64")),
    "/pulumi-linux-arm64": pulumiArchive(),
  };
  server = createServer((request, response) => {
    asked.push(request.url ?? "");
    const content = published[request.url ?? ""];
    if (content) response.writeHead(200, { "content-length": content.length }).end(content);
    else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const place = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sums = { arm64: sha256(published["/kind-linux-arm64"] as Buffer) };
  store = {
    cache: join(folder, "cache"),
    machine: { system: "linux", cpu: "arm64" },
    release: (program, system) => {
      if (program === "kind") return { url: `${place}/kind-${system}-{arch}`, sha256: sums, file: "kind" };
      const archive = { arm64: sha256(published["/pulumi-linux-arm64"] as Buffer) };
      return program === "pulumi" ? { url: `${place}/pulumi-${system}-{cpu}`, sha256: archive, strip: 1 } : undefined;
    },
  };
});
afterEach(() => {
  process.env = { ...before };
  server.close();
  rmSync(folder, { recursive: true });
});

const progress: Progress = {
  stage: (name, work) => {
    stages.push(name);
    return work((detail) => void notes.push(detail));
  },
  say: () => {},
};
const runs = (file: string) => execFileSync(file, { encoding: "utf8" }).trim();
/** The programs of a shell, and nothing of the lab's. */
const bare = "/usr/bin:/bin";
function onPath(program: string, says: string): string {
  writeFileSync(join(folder, program), shell(says));
  chmodSync(join(folder, program), 0o755);
  return `${folder}:${bare}`;
}

describe("a laptop without kind and Pulumi", () => {
  test("gets both, the CLI with its language host beside it, and asks nobody the next time", async () => {
    const plan = await planPrograms(["kind", "pulumi"], bare, store);
    expect(plan.problems).toEqual([]);
    await fetchPrograms(plan, progress, store);
    expect(stages).toEqual(["fetch kind v0.33.0", "fetch pulumi v3.250.0"]);
    expect(plan.path).toEqual([folderOf("kind", store), folderOf("pulumi", store)]);
    expect(runs(join(folderOf("kind", store), "kind"))).toBe("kind v0.33.0 go1.26.0 linux/arm64");
    expect(readdirSync(folderOf("pulumi", store)).sort()).toEqual(["pulumi", "pulumi-language-nodejs"]);
    asked.length = 0;
    expect(await planPrograms(["kind", "pulumi"], bare, store)).toEqual({ path: plan.path, toFetch: [], problems: [] });
    expect(asked).toEqual([]);
  });

  test("gets each once where two runs begin at the same time, and both are told that it is there", async () => {
    const plan = await planPrograms(["kind", "pulumi"], bare, store);
    asked.length = 0;
    await Promise.all([fetchPrograms(plan, progress, store), fetchPrograms(plan, progress, store)]);
    expect(asked.sort()).toEqual(["/kind-linux-arm64", "/pulumi-linux-arm64"]);
    expect(runs(join(folderOf("kind", store), "kind"))).toBe("kind v0.33.0 go1.26.0 linux/arm64");
    expect(readdirSync(join(store.cache, "programs")).sort()).toEqual([
      "kind-v0.33.0-linux-arm64",
      "pulumi-v3.250.0-linux-arm64",
    ]);
  });

  test("downloads to a file of the run's own where there is no program that locks", async () => {
    const plan = await planPrograms(["kind"], bare, store);
    process.env.PATH = "/nowhere";
    await Promise.all([fetchPrograms(plan, progress, store), fetchPrograms(plan, progress, store)]);
    expect(asked.filter((path) => path === "/kind-linux-arm64").length).toBeGreaterThan(1);
    expect(readFileSync(join(folderOf("kind", store), "kind"), "utf8")).toBe(
      shell("kind v0.33.0 go1.26.0 linux/arm64"),
    );
    expect(readdirSync(store.cache)).toEqual(["programs"]);
  });

  test("owns what it unpacks, whoever made the archive", async () => {
    if (process.getuid?.() !== 0) return; // only root could unpack it as another's
    published["/pulumi-linux-arm64"] = pulumiArchive("--owner=1234", "--group=1234");
    const plan = await planPrograms(["pulumi"], bare, store);
    await fetchPrograms(plan, progress, store);
    expect(statSync(join(folderOf("pulumi", store), "pulumi")).uid).toBe(0);
  });

  test("is told how far a download is", async () => {
    const large = Buffer.concat([Buffer.from(shell("kind v0.33.0")), Buffer.alloc(2_400_000, "#")]);
    const { url } = store.release("kind", "linux") as Release;
    const release = () => ({ url, sha256: { arm64: sha256(large) }, file: "kind" });
    published["/kind-linux-arm64"] = large;
    const plan = await planPrograms(["kind"], bare, { ...store, release });
    await fetchPrograms(plan, progress, store);
    expect(notes).toEqual(["kind-linux-arm64: 1 of 3 MB", "kind-linux-arm64: 2 of 3 MB"]);
  });

  test("keeps its own where the version works, and gets one beside it where not", async () => {
    const good = onPath("kind", "kind v0.34.0 go1.26.0 linux/arm64");
    expect((await planPrograms(["kind"], good, store)).path).toEqual([]);
    const old = onPath("kind", "kind v0.27.0 go1.24.0 linux/arm64");
    expect((await planPrograms(["kind"], old, store)).path).toEqual([folderOf("kind", store)]);
  });

  test("gets nothing that is not what the repository pins, and the next run begins anew", async () => {
    const plan = await planPrograms(["kind"], bare, store);
    published["/kind-linux-arm64"] = Buffer.from("#!/bin/sh\nsomething else\n");
    await expect(fetchPrograms(plan, progress, store)).rejects.toThrow("not what its checksum says");
    expect(readdirSync(join(store.cache, "programs"))).toEqual([]);
    expect((await planPrograms(["kind"], bare, store)).toFetch).toHaveLength(1);
  });

  test("is told why a program cannot be fetched", async () => {
    const problems = async (changed: Partial<ProgramStore>) =>
      (await planPrograms(["kind", "docker"], "/nowhere", { ...store, ...changed })).problems.map(
        ({ problem }) => problem,
      );
    const docker = "docker is not installed";
    expect(await problems({ machine: { system: "linux", cpu: "riscv64" } })).toEqual([
      "kind is not installed, and it cannot be fetched: no checksum of a release is pinned for linux on riscv64",
      docker,
    ]);
    delete published["/kind-linux-arm64"];
    expect(await problems({})).toEqual([
      expect.stringMatching(
        /^kind is not installed, and it cannot be fetched: 127\.0\.0\.1:\d+ answers with HTTP 404$/,
      ),
      docker,
    ]);
    process.env.HTTP_PROXY = "http://127.0.0.1:1";
    expect(await problems({})).toEqual([
      expect.stringMatching(/^kind is not installed, and it cannot be fetched: .* it refuses connections$/),
      docker,
    ]);
  });
});

test.each(["linux", "darwin"])("the releases for %s are pinned for both processors", (system) => {
  for (const release of [kindRelease(system), engineRelease(system)]) {
    expect(Object.keys(release.sha256).sort()).toEqual(["arm64", "x64"]);
    expect(new Set(Object.values(release.sha256)).size).toBe(2);
    for (const sum of Object.values(release.sha256)) expect(sum).toMatch(/^[0-9a-f]{64}$/);
    expect(release.url).toContain(`-${system}-`);
  }
});
