import { Readable } from "node:stream";
import { UserError } from "@canary-lab/kit/user-error";
import { execa } from "execa";
import { Agent, request } from "undici";
import { imageArchive, type ShippableImage } from "./archive.ts";
import { pushImage, type RegistryAccess, repositoryIn } from "./registry.ts";

/** A daemon that holds images. */
export interface ImageStore {
  /** Of these images, those that it lacks or holds with other content. */
  missing(images: readonly ShippableImage[]): Promise<readonly ShippableImage[]>;
  /** Takes in images; one of the same name is replaced. */
  load(images: readonly ShippableImage[]): Promise<void>;
}

/** What errors of a daemon tell the user: its log, and the command that brings it up. */
export interface StoreAdvice {
  readonly log: string;
  readonly up: string;
}

const readLog = ({ log, up }: StoreAdvice) => ({ first: `read ${log}`, next: up });

/**
 * The kubelet's containerd, spoken to through its own client. Loading also unpacks the layers, so that the first pod does
 * not wait for that.
 *
 * @param ctr absolute path of containerd's client
 * @param socket absolute path of containerd's socket
 * @throws UserError (both methods) where containerd does not answer or refuses
 */
export function containerdStore(ctr: string, socket: string, advice: StoreAdvice): ImageStore {
  const run = async (args: readonly string[], input?: AsyncIterable<Uint8Array>): Promise<string> => {
    const options = ["--address", socket, "--namespace", "k8s.io", ...args];
    const stdin = input ? { input: Readable.from(input) } : ({ stdin: "ignore" } as const);
    const result = await execa(ctr, options, { ...stdin, reject: false });
    if (!result.failed) return result.stdout;
    throw new UserError(
      `containerd refused \`ctr ${args.join(" ")}\`: ${result.stderr.trim() || result.shortMessage}`,
      {
        place: socket,
        ...readLog(advice),
      },
    );
  };
  return {
    missing: async (images) => {
      const present = parseImageList(await run(["images", "ls"]));
      return images.filter(({ name, rendered }) => present.get(name) !== rendered.manifest.digest);
    },
    load: async (images) => {
      await run(["images", "import", "-"], imageArchive(images));
    },
  };
}

/** Reads the table that `ctr images ls` prints (REF, TYPE, DIGEST …): full name to manifest digest. */
export function parseImageList(table: string): ReadonlyMap<string, string> {
  const rows = table.split("\n").slice(1);
  const columns = rows.map((row) => row.trim().split(/\s+/));
  return new Map(columns.flatMap(([name, , digest]) => (name && digest ? [[name, digest]] : [])));
}

/** Version of the Docker Engine API that is asked for: served since Docker 19.03. */
const api = "/v1.40";

/**
 * The Docker daemon behind `socket` (an absolute path), spoken to through its HTTP interface. It names an image by the digest of its
 * configuration. It gets images from the registry that it pushes to: of their layers it then knows that they are there, and sends them
 * for none of the images that are built on them.
 *
 * @throws UserError (both methods) where the daemon or the registry does not answer or refuses
 */
export function dockerStore(
  socket: string,
  registry: RegistryAccess,
  advice: StoreAdvice,
  push: typeof pushImage = pushImage,
): ImageStore {
  const refusal = (what: string, answer: string) =>
    new UserError(`The cluster's Docker daemon refused ${what}: ${answer.trim()}`, {
      place: socket,
      ...readLog(advice),
    });
  const ask = (method: "GET" | "POST", path: string, headers: Readonly<Record<string, string>> = {}) =>
    call({ socket, up: advice.up }, method, path, headers);
  const imageId = async (name: string): Promise<string | undefined> => {
    const { status, body } = await ask("GET", `/images/${name}/json`);
    if (status === 404) return undefined;
    if (status !== 200) throw refusal(`to describe ${name}`, body);
    return (JSON.parse(body) as { Id: string }).Id;
  };
  const pull = async (name: string): Promise<void> => {
    const { repository, tag } = repositoryIn(name);
    const from = `${registry.host}/${repository}`;
    const auth = { ...registry.credentials, serveraddress: registry.host };
    const { status, body } = await ask("POST", `/images/create?${new URLSearchParams({ fromImage: from, tag })}`, {
      // The URL's alphabet, but padded: without padding the daemon takes no credentials from it, and says nothing.
      "x-registry-auth": Buffer.from(JSON.stringify(auth)).toString("base64").replaceAll("+", "-").replaceAll("/", "_"),
    });
    // The status comes before the work is done: what fails later is told in the body alone.
    const failure = body.split("\n").find((line) => line.includes('"errorDetail"'));
    if (status !== 200 || failure) throw refusal(`to pull ${name}`, failure ?? body);
    const own = new URLSearchParams({
      repo: name.replace(/^docker\.io\/(library\/)?/, "").replace(/:[^:]*$/, ""),
      tag,
    });
    const tagged = await ask("POST", `/images/${from}:${tag}/tag?${own}`);
    if (tagged.status !== 201) throw refusal(`to name ${name}`, tagged.body);
  };
  return {
    missing: async (images) => {
      const ids = await Promise.all(images.map(({ name }) => imageId(name)));
      return images.filter(({ rendered }, index) => ids[index] !== rendered.config.digest);
    },
    load: async (images) => {
      for (const image of images) {
        await push(image, registry);
        await pull(image.name);
      }
    },
  };
}

async function call(
  { socket, up }: { readonly socket: string; readonly up: string },
  method: "GET" | "POST",
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly body: string }> {
  const dispatcher = new Agent({ connect: { socketPath: socket }, headersTimeout: 0, bodyTimeout: 0 }); // a slow disk is no failure
  try {
    const answer = await request(`http://docker${api}${path}`, {
      dispatcher,
      method,
      headers,
    });
    return { status: answer.statusCode, body: await answer.body.text() };
  } catch (cause) {
    throw new UserError(`The cluster's Docker daemon does not answer: ${cause}`, {
      place: socket,
      next: up,
      cause,
    });
  } finally {
    await dispatcher.destroy();
  }
}
