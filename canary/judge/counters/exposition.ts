import type { Labels, Matrix, Series } from "./matrix.ts";
import type { Telemetry } from "./telemetry.ts";

/** What a proxy's page of metrics says at one moment: one value for each series. */
export interface Reading {
  readonly requests: Matrix;
  readonly durations: Matrix;
}

/** `name{label="value",…} value`, as Prometheus' text format has it; a time may follow. */
const sample = /^([A-Za-z_:][\w:]*)\{(.*)\} +(\S+)/;
const label = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/**
 * Reads the page of a proxy.
 *
 * @param seconds when it was read, by a clock that only goes on
 * @param proxy labels of the proxy itself, such as its pod: they tell one caller from another
 */
export function readExposition(
  text: string,
  { names, isCounted }: Pick<Telemetry, "names" | "isCounted">,
  seconds: number,
  proxy: Labels,
): Reading {
  const reading: { requests: Series[]; durations: Series[] } = { requests: [], durations: [] };
  const lists = new Map([
    [names.requests, reading.requests],
    [`${names.durations}_bucket`, reading.durations],
  ]);
  for (const line of text.split("\n")) {
    const [, name = "", labels = "", value = ""] = sample.exec(line) ?? [];
    const list = lists.get(name);
    if (!list) continue;
    const metric = { ...labelsIn(labels), ...proxy };
    if (list === reading.durations || isCounted(metric)) list.push({ metric, values: [[seconds, value]] });
  }
  return reading;
}

const labelsIn = (text: string): Labels =>
  Object.fromEntries(Array.from(text.matchAll(label), ([, name = "", value = ""]) => [name, unescaped(value)]));

const unescaped = (text: string): string => text.replace(/\\(.)/g, (_, char) => (char === "n" ? "\n" : char));
