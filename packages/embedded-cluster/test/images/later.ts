/** Loaded before a program, this moves its clock on by the milliseconds in CLOCK_AHEAD. */
const ahead = Number(process.env.CLOCK_AHEAD);
const now = () => realNow() + ahead;
const { now: realNow } = Date;

globalThis.Date = new Proxy(Date, {
  construct: (real, values: unknown[]) => Reflect.construct(real, values.length === 0 ? [now()] : values),
  get: (real, key) => (key === "now" ? now : Reflect.get(real, key)),
});
