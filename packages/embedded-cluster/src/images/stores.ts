import { Readable } from "node:stream";
import { UserError } from "@canary-lab/kit/user-error";
import { execa } from "execa";
import { Agent, request } from "undici";
import type { ShippableImage } from "./archive.ts";

/** A daemon that holds images. */
export interface ImageStore {
  /** Of these images, those that it lacks or holds with other content. */
  missing(images: readonly ShippableImage[]): Promise<readonly ShippableImage[]>;
  /** Takes in the images of an archive; an image of the same name is replaced. */
  load(archive: AsyncIterable<Uint8Array>): Promise<void>;
}

/** What errors of a daemon tell the user: its log, and the command that brings it up. */
export interface StoreAdvice {
  readonly log: string;
  readonly up: string;
}

const readLog = ({ log, up }: StoreAdvice): string => `Read ${log}, then: ${up}`;

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
        next: readLog(advice),
      },
    );
  };
  return {
    missing: async (images) => {
      const present = parseImageList(await run(["images", "ls"]));
      return images.filter(({ name, rendered }) => present.get(name) !== rendered.manifest.digest);
    },
    load: async (archive) => {
      await run(["images", "import", "-"], archive);
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
 * The Docker daemon behind `socket` (an absolute path), spoken to through its HTTP interface.
 * It names an image by the digest of its configuration.
 *
 * @throws UserError (both methods) where the daemon does not answer or refuses
 */
export function dockerStore(socket: string, advice: StoreAdvice): ImageStore {
  const refusal = (what: string, answer: string) =>
    new UserError(`The cluster's Docker daemon refused ${what}: ${answer.trim()}`, {
      place: socket,
      next: readLog(advice),
    });
  const imageId = async (name: string): Promise<string | undefined> => {
    const { status, body } = await call({ socket, up: advice.up }, "GET", `/images/${name}/json`);
    if (status === 404) return undefined;
    if (status !== 200) throw refusal(`to describe ${name}`, body);
    return (JSON.parse(body) as { Id: string }).Id;
  };
  return {
    missing: async (images) => {
      const ids = await Promise.all(images.map(({ name }) => imageId(name)));
      return images.filter(({ rendered }, index) => ids[index] !== rendered.config.digest);
    },
    load: async (archive) => {
      const { status, body } = await call({ socket, up: advice.up }, "POST", "/images/load?quiet=1", archive);
      // The status comes before the work is done: what fails later is told in the body alone.
      const failure = body.split("\n").find((line) => line.includes('"errorDetail"'));
      if (status !== 200 || failure) throw refusal("an image archive", failure ?? body);
    },
  };
}

async function call(
  { socket, up }: { readonly socket: string; readonly up: string },
  method: "GET" | "POST",
  path: string,
  content?: AsyncIterable<Uint8Array>,
): Promise<{ readonly status: number; readonly body: string }> {
  const dispatcher = new Agent({ connect: { socketPath: socket }, headersTimeout: 0, bodyTimeout: 0 }); // a slow disk is no failure
  try {
    const answer = await request(`http://docker${api}${path}`, {
      dispatcher,
      method,
      headers: { "content-type": "application/x-tar" },
      body: content === undefined ? null : Readable.from(content),
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
