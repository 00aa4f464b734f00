import { createReadStream } from "node:fs";
import { pushBlob, type RegistrySend } from "@canary-lab/kit/registry-push";
import { UserError } from "@canary-lab/kit/user-error";
import { Agent, type Dispatcher, request } from "undici";
import type { ShippableImage } from "./archive.ts";
import { type CompressedLayer, compressLayer } from "./compressed-layer.ts";
import { renderManifest } from "./image.ts";

/** How to push to a registry. */
export interface RegistryAccess {
  /** `host:port` that answers HTTPS. */
  readonly host: string;
  /** Certificate of the authority that its own is signed by, PEM. */
  readonly authority: string;
  readonly credentials: { readonly username: string; readonly password: string };
  /** Absolute path of a folder that keeps compressed layers. */
  readonly layers: string;
  /** What errors tell the user to do. */
  readonly advice: { readonly first: string; readonly next: string };
}

/** Where an image stands in a registry, such as `library/node` and `24-bookworm-slim`. */
export function repositoryIn(name: string): { readonly repository: string; readonly tag: string } {
  const [, repository = "", tag = ""] = /^[^/]+\/(.+):([^:]+)$/.exec(name) ?? [];
  return { repository, tag };
}

/**
 * Pushes an image with compressed layers, under its own name without the registry that it usually comes from (OCI distribution
 * specification 1.0). What the registry has already is not sent again.
 *
 * @throws UserError where the registry does not answer or refuses
 */
export async function pushImage(image: ShippableImage, access: RegistryAccess): Promise<void> {
  const { repository, tag } = repositoryIn(image.name);
  const { config } = image.rendered;
  const layers: CompressedLayer[] = [];
  for (const source of image.sources) layers.push(await compressLayer(source, access.layers));
  const manifest = renderManifest(config, layers, "compressed");

  const dispatcher = new Agent({ connect: { ca: access.authority }, headersTimeout: 0, bodyTimeout: 0 }); // a slow disk is no failure
  const send = sender(repository, access, dispatcher);
  try {
    const blobs = [
      { blob: config, content: () => config.text },
      ...layers.map((layer) => ({ blob: layer, content: () => createReadStream(layer.file) })),
    ];
    await Promise.all(blobs.map(({ blob, content }) => pushBlob(blob, content, send)));
    await send("PUT", `manifests/${tag}`, { type: manifest.mediaType, size: manifest.size, content: manifest.text });
  } finally {
    await dispatcher.destroy();
  }
}

/** Sends requests about one repository; other answers than success and "not found" are errors. */
function sender(
  repository: string,
  { host, credentials, advice }: RegistryAccess,
  dispatcher: Dispatcher,
): RegistrySend {
  const base = new URL(`https://${host}/v2/${repository}/`);
  const authorization = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
  return async (method, path, sent) => {
    const headers = { authorization, ...(sent && { "content-type": sent.type, "content-length": `${sent.size}` }) };
    const body = (sent?.content ?? null) as Dispatcher.DispatchOptions["body"];
    const answer = await request(new URL(path, base), { dispatcher, method, headers, body: body ?? null }).catch(
      (cause: unknown) => {
        throw new UserError(`The cluster's registry does not answer: ${cause}`, { place: host, ...advice, cause });
      },
    );
    const { statusCode: status, headers: received } = answer;
    if (status < 300 || status === 404) {
      await answer.body.dump();
      return { status, location: received.location?.toString() };
    }
    const said = (await answer.body.text()).trim();
    throw new UserError(`The cluster's registry refused ${method} ${path}: ${status} ${said}`, {
      place: host,
      ...advice,
    });
  };
}
