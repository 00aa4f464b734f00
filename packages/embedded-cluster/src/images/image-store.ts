import type { ShippableImage } from "./archive.ts";

/** A daemon that holds images. */
export interface ImageStore {
  /** Of these images, those that it lacks or holds with other content. */
  missing(images: readonly ShippableImage[]): Promise<readonly ShippableImage[]>;
  /** Takes in the images of an archive; an image of the same name is replaced. */
  load(archive: AsyncIterable<Uint8Array>): Promise<void>;
}
