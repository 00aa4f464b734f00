/** A wait is told after so long, and again after each stretch. */
const milliseconds = { first: 2000, again: 10_000 } as const;

/** Does some work, and says what is waited for where that takes longer than a moment. */
export async function sayWhileWaiting<T>(
  say: (line: string) => void,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  const began = performance.now();
  const tell = () => {
    say(`${what}: ${Math.round((performance.now() - began) / 1000)} s so far.`);
    timer = setTimeout(tell, milliseconds.again);
  };
  let timer = setTimeout(tell, milliseconds.first);
  try {
    return await work();
  } finally {
    clearTimeout(timer);
  }
}
