/** What is read of a terminal. */
export type Terminal = Pick<NodeJS.ReadStream, "setRawMode" | "on" | "off" | "resume" | "pause">;

/** Single keys, without Enter behind them. */
export interface Keyboard {
  /** The next key as a small letter, empty for Enter; undefined where the input has ended, or the signal is given. */
  next(): Promise<string | undefined>;
  close(): void;
}

const [interruptKey, endKey, escapeKey] = ["\u0003", "\u0004", "\u001b"];

/**
 * Takes a terminal until it is closed. What is typed while nobody asks is left out: an Enter would run the next command. Of a text that is
 * pasted only the first letter counts, and an arrow is no key.
 *
 * @param interrupt is called for Ctrl-C, which a terminal that gives single keys makes no signal of
 */
export function openKeyboard(input: Terminal, signal: AbortSignal, interrupt: () => void): Keyboard {
  let isEnded = false;
  let answer: ((key: string | undefined) => void) | undefined;
  const give = (key: string | undefined) => {
    answer?.(key);
    answer = undefined;
  };
  const end = () => {
    isEnded = true;
    give(undefined);
  };
  const read = (chunk: Buffer | string) => {
    const key = String(chunk).charAt(0);
    if (key === interruptKey) interrupt();
    else if (key === endKey) end();
    else if (key !== escapeKey) give(/[\r\n]/.test(key) ? "" : key.toLowerCase());
  };
  const close = () => {
    signal.removeEventListener("abort", interrupted);
    input.off("data", read).off("end", end);
    input.setRawMode(false);
    input.pause();
  };
  // The terminal makes a signal of the next Ctrl-C again: what is slow to end can be ended at once.
  const interrupted = () => {
    end();
    close();
  };
  input.setRawMode(true);
  input.on("data", read).on("end", end);
  signal.addEventListener("abort", interrupted);
  return {
    next: () =>
      new Promise((resolve) => {
        if (isEnded || signal.aborted) return resolve(undefined);
        answer = resolve;
      }),
    close,
  };
}
