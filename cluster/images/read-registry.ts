import type { IncomingMessage } from "node:http";
import { getCACertificates } from "node:tls";
import { agentFor, networkReason, send, type TlsOptions } from "@canary-lab/kit/http";
import type { NamedImage } from "./image-name.ts";

/** Why a registry did not say what it was asked for, in words that go on after "the registry". */
export class RegistryFailure extends Error {}

/**
 * Reads `manifests/TAG` or `blobs/DIGEST` of one repository; undefined where that is not there.
 *
 * @param most bytes
 * @throws RegistryFailure
 */
export type ReadRegistry = (path: string, most: number) => Promise<Buffer | undefined>;

/** By what a registry is asked. */
export interface RegistryTrust {
  /** `name:password` in base64, by Docker's name of the registry; undefined for none. */
  readonly credentials: (account: string) => string | undefined;
  /** Further authorities that its certificate may be by, PEM, by its `host[:port]`. */
  readonly authorities: (host: string) => readonly string[];
}

const waitMilliseconds = 10_000;
const mostOfToken = 65_536;
const accept = "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

/** Asks a registry as an image is pulled from it: without a name first, then as the registry wants it. */
export function registryReader({ registry, account, repository }: NamedImage, trust: RegistryTrust): ReadRegistry {
  let authorization: string | undefined;
  const get: Get = (url, given, most) => getBy(url, given, most, trust);
  return async (path, most) => {
    const url = new URL(`/v2/${repository}/${path}`, registry);
    let answer = await get(url, authorization, most);
    if (answer.status === 401 && authorization === undefined) {
      authorization = await authorized(answer.challenge, trust.credentials(account), { repository, registry, get });
      if (authorization !== undefined) answer = await get(url, authorization, most);
    }
    // A registry keeps blobs where it likes, and who is there is not to have what the registry asked for.
    for (let hops = 0; hops < 3 && answer.status >= 300 && answer.status < 400 && answer.location; hops++)
      answer = await get(sameScheme(answer.location, url), undefined, most);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw new RegistryFailure(`answers ${answer.status}`);
    return answer.body;
  };
}

/** What the registry, or who gives its tokens, wants to see. */
async function authorized(
  challenge: string,
  basic: string | undefined,
  { repository, registry, get }: Pick<NamedImage, "repository" | "registry"> & { readonly get: Get },
): Promise<string | undefined> {
  const own = basic === undefined ? undefined : `Basic ${basic}`;
  const [, realm] = /^Bearer .*?realm="([^"]+)"/i.exec(challenge) ?? [];
  if (realm === undefined) return own;
  const url = sameScheme(realm, new URL(registry));
  const [, service] = /[ ,]service="([^"]+)"/i.exec(challenge) ?? [];
  if (service !== undefined) url.searchParams.set("service", service);
  url.searchParams.set("scope", `repository:${repository}:pull`);
  const { status, body } = await get(url, own, mostOfToken);
  if (status !== 200) throw new RegistryFailure(`gives no token, and answers ${status}`);
  try {
    const { token, access_token } = JSON.parse(body.toString()) as Readonly<Record<string, unknown>>;
    return `Bearer ${String(token ?? access_token)}`;
  } catch {
    throw new RegistryFailure("gives no token, for its answer is no JSON");
  }
}

/** An address that the registry named, which must not lead from HTTPS to HTTP. */
function sameScheme(address: string, from: URL): URL {
  const url = URL.canParse(address, from.href) ? new URL(address, from.href) : undefined;
  if (url?.protocol === "https:" || (url?.protocol === "http:" && from.protocol === "http:")) return url;
  throw new RegistryFailure(`leads to ${address}, which is not HTTPS`);
}

type Get = (url: URL, authorization: string | undefined, most: number) => ReturnType<typeof getBy>;

/** An authority is trusted for the host that it is kept for: who gives tokens, or keeps blobs, at another one needs its own. */
function tlsFor({ host }: URL, { authorities }: RegistryTrust): TlsOptions {
  const own = authorities(host);
  return own.length === 0 ? {} : { ca: [...getCACertificates("default"), ...own] };
}

async function getBy(url: URL, authorization: string | undefined, most: number, trust: RegistryTrust) {
  const agent = agentFor(url, tlsFor(url, trust), undefined, 1);
  const signal = AbortSignal.timeout(2 * waitMilliseconds);
  try {
    const headers = { accept, ...(authorization !== undefined && { authorization }) };
    const answer = await send({ url, headers, agent, signal, timeoutMilliseconds: waitMilliseconds });
    const { statusCode: status = 0, headers: received } = answer;
    const body = status === 200 ? await bodyOf(answer, most) : Buffer.alloc(0);
    return { status, location: received.location, challenge: received["www-authenticate"] ?? "", body };
  } catch (error) {
    if (error instanceof RegistryFailure) throw error;
    throw new RegistryFailure(`does not answer: ${networkReason(error as Error)}`, { cause: error });
  } finally {
    agent.destroy();
  }
}

async function bodyOf(response: IncomingMessage, most: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > most) throw new RegistryFailure(`answers with more than the ${most} bytes that a signature may take`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
