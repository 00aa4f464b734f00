import { type Descriptor, descriptor, type RenderedImage } from "./image.ts";
import { type LayerSource, readLayer } from "./layers.ts";
import { packTar, type TarMember } from "./tar.ts";

/** An image that is ready to be shipped: its documents, and where the bytes of each layer come from. */
export interface ShippableImage {
  readonly name: string;
  readonly rendered: RenderedImage;
  readonly sources: readonly LayerSource[];
}

/** One tar with several images, as an OCI image layout, which containerd imports; a layer that they share is in it once. */
export const imageArchive = (images: readonly ShippableImage[]): AsyncIterable<Uint8Array> => packTar(members(images));

function* members(images: readonly ShippableImage[]): Generator<TarMember> {
  yield textMember("oci-layout", JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  yield textMember("index.json", JSON.stringify(renderIndex(images)));
  const sent = new Set<string>();
  for (const { rendered, sources } of images) {
    yield textMember(blobPath(rendered.manifest), rendered.manifest.text);
    yield textMember(blobPath(rendered.config), rendered.config.text);
    for (const [index, source] of sources.entries()) {
      const layer = rendered.layers[index] as Descriptor;
      if (sent.has(layer.digest)) continue;
      sent.add(layer.digest);
      yield { path: blobPath(layer), size: layer.size, content: readLayer(source) };
    }
  }
}

/** The OCI layout's index: containerd takes an image's full name from the annotation. */
export const renderIndex = (images: readonly ShippableImage[]) => ({
  schemaVersion: 2,
  manifests: images.map(({ name, rendered }) => ({
    ...descriptor(rendered.manifest),
    annotations: { "io.containerd.image.name": name },
  })),
});

const blobPath = ({ digest }: Descriptor): string => `blobs/${digest.replace(":", "/")}`;

function textMember(path: string, text: string): TarMember {
  const content = Buffer.from(text);
  return { path, size: content.length, content: [content] };
}
