/** Time that passes by waiting alone: whoever waits gets what they wait for at once, or learns at once that it does not come. */
class VirtualTime {
  #now = Date.parse("2026-01-01T00:00:00Z");
  /** What goes on in the cluster while time passes. */
  onPassing: () => void = () => {};

  readonly now = (): number => this.#now;

  /** In place of the timers' own. */
  readonly sleep = async (milliseconds = 0): Promise<void> => {
    this.#now += milliseconds;
    this.onPassing();
    await new Promise((resolve) => setImmediate(resolve));
  };
}

export const time = new VirtualTime();
