/** What asks a process to end: Ctrl-C, a `kill`, and a terminal that is closed. */
export const endingSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs `work` with an abort signal that Ctrl-C gives, or whatever else asks the process to end: the work then ends by itself, and takes
 * away what it has made. Without this the process would be gone at once.
 */
export async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const interrupt = () => controller.abort();
  for (const name of endingSignals) process.on(name, interrupt);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of endingSignals) process.off(name, interrupt);
  }
}
