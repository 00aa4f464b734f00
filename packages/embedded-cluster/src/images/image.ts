import { createHash } from "node:crypto";
import type { LayerSource } from "./layers.ts";

/** What an image is to be. */
export interface ImageSpec {
  /** Full name with registry and tag, such as `docker.io/istio/pilot:1.29.1`. */
  readonly name: string;
  /** Label `org.opencontainers.image.description`: what stands in for upstream's image. */
  readonly description: string;
  /** From the bottom up. */
  readonly layers: readonly LayerSource[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** `NAME=value`, added to PATH. */
  readonly environment?: readonly string[];
  /** `uid:gid`, default root. */
  readonly user?: string;
}

/** A blob of a registry or an image archive: `digest` is `sha256:<hex>`, `size` in bytes. */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** The two documents that make layers an image (OCI image specification 1.0), with the descriptors that name them. */
export interface RenderedImage {
  readonly config: Descriptor & { readonly text: string };
  readonly manifest: Descriptor & { readonly text: string };
  readonly layers: readonly Descriptor[];
}

const ociMediaType = (kind: string): string => `application/vnd.oci.image.${kind}`;

/** Go's name of a processor architecture, which images use. */
const architectures: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** Where an image of a Linux distribution looks for programs. */
const path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Renders configuration and manifest. They hold no date and no random part: equal specs on equal layers are the same
 * image, down to its digest.
 *
 * @param layers digest and size in bytes of each of the spec's layers
 */
export function renderImage(
  spec: ImageSpec,
  layers: readonly Pick<Descriptor, "digest" | "size">[],
  processor: string = process.arch,
): RenderedImage {
  const config = document(ociMediaType("config.v1+json"), {
    architecture: architectures[processor] ?? processor,
    os: "linux",
    config: {
      User: spec.user ?? "",
      Env: [path, ...(spec.environment ?? [])],
      ...(spec.entrypoint && { Entrypoint: spec.entrypoint }),
      ...(spec.command && { Cmd: spec.command }),
      WorkingDir: "/",
      Labels: { "org.opencontainers.image.description": spec.description },
    },
    rootfs: { type: "layers", diff_ids: layers.map(({ digest }) => digest) },
  });
  return { config, manifest: renderManifest(config, layers), layers: layerDescriptors(layers) };
}

/** The manifest of an image, by what its layers are as they are sent: a tar, or one that is compressed by gzip. */
export const renderManifest = (
  config: Descriptor,
  layers: readonly Pick<Descriptor, "digest" | "size">[],
  form: LayerForm = "tar",
): RenderedImage["manifest"] =>
  document(ociMediaType("manifest.v1+json"), {
    schemaVersion: 2,
    mediaType: ociMediaType("manifest.v1+json"),
    config: descriptor(config),
    layers: layerDescriptors(layers, form),
  });

type LayerForm = "tar" | "compressed";

const layerDescriptors = (
  layers: readonly Pick<Descriptor, "digest" | "size">[],
  form: LayerForm = "tar",
): readonly Descriptor[] =>
  layers.map(({ digest, size }) => ({
    mediaType: ociMediaType(form === "tar" ? "layer.v1.tar" : "layer.v1.tar+gzip"),
    digest,
    size,
  }));

/** Digest of a text, as images are named by it. */
export const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

/** The descriptor alone. */
export const descriptor = ({ mediaType, digest, size }: Descriptor): Descriptor => ({ mediaType, digest, size });

function document(mediaType: string, content: unknown): Descriptor & { readonly text: string } {
  const text = JSON.stringify(content);
  return { mediaType, digest: digestOf(text), size: Buffer.byteLength(text), text };
}
