/** What of a request has a body. */
export interface SentBody {
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  readonly content: string | NodeJS.ReadableStream;
}

/** An answer of a registry, whose body was read. */
export interface RegistryAnswer {
  readonly status: number;
  readonly location?: string | undefined;
}

/**
 * Sends a request about one repository. A path is relative to `/v2/REPOSITORY/`, but for one that begins with `/`. Other answers than
 * success and "not found" are errors.
 */
export type RegistrySend = (method: "HEAD" | "POST" | "PUT", path: string, sent?: SentBody) => Promise<RegistryAnswer>;

/** A blob or a manifest by its content. */
export interface Pushed {
  /** `sha256:<hex>`. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Pushes a blob (OCI distribution specification 1.1). One that the registry has is not sent again.
 *
 * @param from another repository of the registry that has it
 * @returns whether it was sent
 */
export async function pushBlob(
  { digest, size }: Pushed,
  content: () => SentBody["content"],
  send: RegistrySend,
  from?: string,
): Promise<boolean> {
  if ((await send("HEAD", `blobs/${digest}`)).status === 200) return false;
  const mount = from === undefined ? "" : `?${new URLSearchParams({ mount: digest, from })}`;
  const upload = await send("POST", `blobs/uploads/${mount}`);
  if (upload.status === 201) return false;
  const to = new URL(String(upload.location), "https://registry");
  to.searchParams.set("digest", digest);
  await send("PUT", `${to.pathname}${to.search}`, { type: "application/octet-stream", size, content: content() });
  return true;
}
