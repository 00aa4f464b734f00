import { request } from "node:http";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { UserError } from "@canary-lab/kit/user-error";
import type { ImageStore } from "./image-store.ts";

/** Version of the Docker Engine API that is asked for: served since Docker 19.03. */
const api = "/v1.40";

interface Answer {
  readonly status: number;
  readonly body: string;
}

/**
 * The Docker daemon behind `socket` (an absolute path), spoken to through its HTTP interface.
 * It names an image by the digest of its configuration.
 *
 * @throws UserError (both methods) where the daemon does not answer or refuses
 */
export function dockerStore(socket: string): ImageStore {
  const imageId = async (name: string): Promise<string | undefined> => {
    const answer = await call(socket, "GET", `/images/${name}/json`);
    if (answer.status === 404) return undefined;
    if (answer.status !== 200) throw refusal(socket, `to describe ${name}`, answer.body);
    return (JSON.parse(answer.body) as { Id: string }).Id;
  };
  return {
    missing: async (images) => {
      const ids = await Promise.all(images.map(({ name }) => imageId(name)));
      return images.filter(({ rendered }, index) => ids[index] !== rendered.config.digest);
    },
    load: async (archive) => {
      const { status, body } = await call(socket, "POST", "/images/load?quiet=1", archive);
      // The status comes before the work is done: what fails later is told in the body alone.
      const failure = body.split("\n").find((line) => line.includes('"errorDetail"'));
      if (status !== 200 || failure) throw refusal(socket, "an image archive", failure ?? body);
    },
  };
}

const refusal = (socket: string, what: string, answer: string): UserError =>
  new UserError(`The lab's Docker daemon refused ${what}: ${answer.trim()}`, {
    place: socket,
    next: "Read .lab/logs/dockerd.log, then repeat npx canaryctl up.",
  });

async function call(
  socketPath: string,
  method: "GET" | "POST",
  path: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array> = [],
): Promise<Answer> {
  const sending = request({ socketPath, method, path: api + path, headers: { "content-type": "application/x-tar" } });
  const answer = new Promise<Answer>((resolve, reject) => {
    sending.on("error", reject);
    sending.on("response", (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
  });
  // Where the daemon stops reading, its answer says why; the broken pipe does not.
  const [outcome] = await Promise.allSettled([answer, pipeline(Readable.from(content), sending)]);
  if (outcome.status === "fulfilled") return outcome.value;
  throw new UserError(`The lab's Docker daemon does not answer: ${outcome.reason}`, {
    place: socketPath,
    next: "npx canaryctl up",
    cause: outcome.reason,
  });
}
