import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { hasImage, pushArchive } from "../../../../cluster/images/push-archive.ts";
import { digestOf, fakeRegistry } from "./fake-registry.ts";
import { config, type Members, saved, savedBefore25, writeArchive } from "./saved-image.ts";

let server: Awaited<ReturnType<typeof fakeRegistry>>;
beforeEach(async () => {
  server = await fakeRegistry();
});
afterEach(() => server.close());

const place = "pod canary-lab-registry/registry-0";
const base = "base ".repeat(400_000);

async function push(members: Members, repository = "versioned-echo", seen = new Map<string, string>()) {
  const file = join(mkdtempSync(join(tmpdir(), "saved-")), "image.tar");
  await writeArchive(file, members);
  const notes: string[] = [];
  server.requests.length = 0;
  const digest = await pushArchive(file, repository, { open: server.open, place, seen }, (line) => notes.push(line));
  return { digest, notes, requests: server.requests };
}

const manifestOf = (repository: string, digest: string) =>
  JSON.parse(String(server.manifests.get(`${repository} ${digest}`)));

test("an image is pushed with its own configuration and its layers as they are, and is there by its digest", async () => {
  const zipped = gzipSync("application");
  const { digest, notes } = await push(saved([base, zipped]));
  const manifest = manifestOf("versioned-echo", digest);
  expect(digest).toBe(digestOf(JSON.stringify(manifest)));
  const layer = "application/vnd.oci.image.layer.v1.tar";
  expect(manifest).toEqual({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: { mediaType: "application/vnd.oci.image.config.v1+json", digest: digestOf(config), size: config.length },
    layers: [
      { mediaType: layer, digest: digestOf(base), size: base.length },
      { mediaType: `${layer}+gzip`, digest: digestOf(zipped), size: zipped.length },
    ],
  });
  expect(server.blobs.get(digestOf(base))?.toString()).toBe(base);
  expect(notes.at(-1)).toBe("pushing versioned-echo: 2 of 2 MB");
  const registry = { open: server.open, place, seen: new Map() };
  expect(await hasImage(registry, "versioned-echo", digest)).toBe(true);
  expect(await hasImage(registry, "versioned-echo", digestOf("another"))).toBe(false);
});

test("of a changed image only what changed is sent, and another repository gets the rest from there", async () => {
  const seen = new Map<string, string>();
  await push(saved([base, "one"]), "versioned-echo", seen);
  const head = "HEAD versioned-echo blobs";
  const changed = await push(saved([base, "other"], `${config} `), "versioned-echo", seen);
  expect(changed.requests.filter((request) => request.startsWith("PUT"))).toEqual([
    `PUT versioned-echo blobs/uploads ${config.length + 1}`,
    "PUT versioned-echo blobs/uploads 5",
    expect.stringMatching(/^PUT versioned-echo manifests \d+$/),
  ]);
  expect(changed.requests.slice(0, 3)).toEqual([head, head, head]);
  const elsewhere = await push(saved([base]), "load-client", seen);
  expect(elsewhere.requests.filter((request) => request.startsWith("PUT"))).toEqual([
    expect.stringMatching(/^PUT load-client manifests \d+$/),
  ]);
  expect((await push(saved([base]), "load-client", seen)).digest).toBe(elsewhere.digest);
});

test("an archive of an older Docker, with a layer that is a link to another, is the same image", async () => {
  const { digest } = await push(savedBefore25("layer"));
  const { layers } = manifestOf("versioned-echo", digest);
  expect(layers.map(({ digest }: { digest: string }) => digest)).toEqual([digestOf("layer"), digestOf("layer")]);
  expect(server.requests.filter((request) => request.endsWith(" 5"))).toHaveLength(1);
});

test("the registry's own words are told, and where it is", async () => {
  server.refuse("no space left on device");
  await expect(push(saved(["layer"]))).rejects.toMatchObject({
    message: expect.stringMatching(/refused HEAD .*: 500/),
    place,
    next: "npx canaryctl up",
  });
});

test.each([
  ["no archive", "what is this".repeat(100)],
  ["an archive without an image", undefined],
])("%s is refused", async (_, content) => {
  const file = join(mkdtempSync(join(tmpdir(), "saved-")), "image.tar");
  if (content === undefined) await writeArchive(file, [["manifest.json", "[]"]]);
  else writeFileSync(file, content);
  const registry = { open: server.open, place, seen: new Map() };
  await expect(pushArchive(file, "versioned-echo", registry, () => {})).rejects.toThrow(/archive|tar header/);
});

test("a registry that says nothing does not answer", async () => {
  server.fallSilent();
  const registry = { open: server.open, place, seen: new Map(), silence: 50 };
  await expect(hasImage(registry, "versioned-echo", digestOf("any"))).rejects.toThrow(
    "The cluster's registry does not answer: nothing was sent for 0.05 s",
  );
});
