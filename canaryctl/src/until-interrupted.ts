/** What asks a process to end: Ctrl-C, a `kill`, and a terminal that is closed. */
export const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The work of this process that ends by itself when it is asked to. */
const underWay = new Set<AbortController>();

/**
 * Runs `work` with an abort signal that Ctrl-C gives, or whatever else asks the process to end: the work then ends by itself, and takes
 * away what it has made. Without this the process would be gone at once.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  underWay.add(controller);
  for (const name of endingSignals) process.on(name, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    underWay.delete(controller);
    for (const name of endingSignals) process.off(name, interrupt);
  }
}

/**
 * What a reader that has gone does to this process, as `head` does when it has enough: what goes on until it is interrupted ends, as by
 * Ctrl-C. All else goes to its end, and its output to nobody: no move of the traffic is left half done for a reader's sake.
 */
export function endWithReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.off("error", onError).on("error", onError);
}

function onError(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  for (const controller of underWay) controller.abort();
}
