import type { IncomingMessage } from "node:http";

/** A request that is not as it must be, and the status that says so. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The longest body that is read, in bytes. */
const limit = 4096;

/**
 * Reads the body of a request.
 *
 * @returns undefined where it is empty
 * @throws Refusal 413 where it is too long, 415 where it is not declared as JSON, 400 where it is none
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  // An iterator that ended early would destroy the connection, and nobody would learn why.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > limit) throw new Refusal(413, `Request body is longer than ${limit} bytes`);
    chunks.push(chunk);
  }
  if (length === 0) return undefined;
  if (!/^application\/json *(;|$)/i.test(request.headers["content-type"] ?? ""))
    throw new Refusal(415, "Request body must be of the content-type application/json");
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new Refusal(400, "Request body is not valid JSON");
  }
}
