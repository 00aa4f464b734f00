import type { Server } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** Whether a service has been told to stop. */
export interface Lifecycle {
  draining: boolean;
}

/**
 * How long requests in flight may still take once the service has stopped listening, in milliseconds. With the longest delay
 * before it (20 s) it stays within a pod's default grace period of 30 s.
 */
const finishMilliseconds = 8000;

/**
 * Stops `server` without losing a request:
 *
 * 1. readiness says 503 at once, so that the endpoints are withdrawn;
 * 2. for `delayMilliseconds` it goes on serving, because callers learn of that later than the service does; each answer asks
 *    its caller to close the connection, so that none is left idle when the listener goes;
 * 3. it stops listening and finishes what is in flight, for at most {@link finishMilliseconds}.
 *
 * @returns whether everything in flight was finished
 */
export async function drain(server: Server, lifecycle: Lifecycle, delayMilliseconds: number): Promise<boolean> {
  lifecycle.draining = true;
  await sleep(delayMilliseconds);
  let finished = true;
  const deadline = setTimeout(() => {
    finished = false;
    server.closeAllConnections();
  }, finishMilliseconds);
  await new Promise((closed) => server.close(closed));
  clearTimeout(deadline);
  return finished;
}
