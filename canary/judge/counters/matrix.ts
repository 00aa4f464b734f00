export type Labels = Readonly<Record<string, string>>;

/** A series of a matrix as Prometheus' HTTP API writes it: Unix seconds, rising, and numbers as text. */
export interface Series {
  readonly metric: Labels;
  readonly values: readonly (readonly [seconds: number, value: string])[];
}

export type Matrix = readonly Series[];

/** The matrix in an answer of `query_range`. @throws Error that says what is there instead */
export function matrixIn(answer: unknown): Matrix {
  if (!isObject(answer)) throw new Error("it is no object");
  if (answer.status !== "success") throw new Error(`its status is ${JSON.stringify(answer.status)}: ${answer.error}`);
  const { data } = answer;
  if (!isObject(data) || data.resultType !== "matrix" || !Array.isArray(data.result))
    throw new Error("it is no matrix");
  if (!data.result.every(isSeries)) throw new Error("it has something that is no series");
  return data.result;
}

const isSeries = (series: unknown): series is Series =>
  isObject(series) && isObject(series.metric) && Array.isArray(series.values) && series.values.every(isSample);

const isSample = (sample: unknown): boolean =>
  Array.isArray(sample) && typeof sample[0] === "number" && typeof sample[1] === "string";

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Alike for the same labels in any order. */
export const keyOf = (labels: Labels): string => JSON.stringify(Object.entries(labels).sort());
