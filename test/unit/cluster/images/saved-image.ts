import { createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { pack } from "tar-stream";
import { digestOf } from "./fake-registry.ts";

/** What an archive of `docker image save` holds: each file with its content, or with the path that it is a link to. */
export type Members = readonly (readonly [path: string, content: string | Buffer | { readonly link: string }])[];

export async function writeArchive(file: string, members: Members): Promise<void> {
  const tar = pack();
  for (const [name, content] of members) {
    if (typeof content === "object" && "link" in content) tar.entry({ name, type: "symlink", linkname: content.link });
    else tar.entry({ name }, content);
  }
  tar.finalize();
  await pipeline(tar, createWriteStream(file));
}

export const config = JSON.stringify({ architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids: [] } });

const manifest = (Config: string, Layers: readonly string[]) => JSON.stringify([{ Config, RepoTags: null, Layers }]);
const blob = (content: string | Buffer) => `blobs/${digestOf(content).replace(":", "/")}`;

/** As Docker 25 and later write it. */
export const saved = (layers: readonly (string | Buffer)[], of = config): Members => [
  ["blobs/", ""],
  [blob(of), of],
  ...layers.map((layer) => [blob(layer), layer] as const),
  ["index.json", "{}"],
  ["manifest.json", manifest(blob(of), layers.map(blob))],
  ["oci-layout", "{}"],
];

/** As Docker 20 writes it, with one layer a second time. */
export const savedBefore25 = (layer: string): Members => [
  ["aaa/VERSION", "1.0"],
  ["aaa/layer.tar", layer],
  ["bbb/layer.tar", { link: "../aaa/layer.tar" }],
  ["ccc.json", config],
  ["manifest.json", manifest("ccc.json", ["aaa/layer.tar", "bbb/layer.tar"])],
];
