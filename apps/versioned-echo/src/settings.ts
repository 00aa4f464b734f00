import { type Faults, maxLatencyMilliseconds, noFaults } from "./faults.ts";

/** What the service takes from its environment. */
export interface Settings {
  /** `APP_VERSION`: what the service says it is, and nothing else says so. Any Kubernetes label value, for the pods carry it as `version`. */
  readonly version: string;
  /** `HOST`, the address to listen on. Default 0.0.0.0: in a pod, every address of the pod. */
  readonly host: string;
  /** `PORT`, 0..65535, 0 for any free one. Default 8080. */
  readonly port: number;
  /** `DRAIN_DELAY_MS`: how long the service still takes requests after SIGTERM, 0..20000 ms. Default 3000. */
  readonly drainDelayMilliseconds: number;
  /** `CRASH_AFTER_MS`: the process ends with exit code 1 this long after its start, 1..3600000 ms. Default: never. */
  readonly crashAfterMilliseconds: number | undefined;
  /** `ERROR_RATE`, `LATENCY_MS` and `NOT_READY`: the faults to start with. Default: none. */
  readonly faults: Faults;
}

const labelValue = /^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$/;

/**
 * Reads the settings from environment variables.
 *
 * @throws Error that names every bad variable at once, with what is allowed there
 */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const problems: string[] = [];
  /** A number from the environment; an empty variable counts as absent, as it does in a manifest. */
  const number = (name: string, low: number, high: number, whole: boolean): number | undefined => {
    const text = environment[name];
    if (text === undefined || text === "") return undefined;
    const value = Number(text);
    if (text.trim() === text && value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
    problems.push(`${name} is "${text}": allowed is ${whole ? "a whole number" : "a number"} from ${low} to ${high}`);
    return undefined;
  };

  const version = environment.APP_VERSION ?? "";
  if (!labelValue.test(version)) {
    const found = version === "" ? "is not set" : `is ${JSON.stringify(version)}`;
    problems.push(
      `APP_VERSION ${found}: allowed are 1 to 63 letters, digits, ".", "_" and "-", with a letter or digit at both ends, such as v1`,
    );
  }
  const notReady = environment.NOT_READY ?? "";
  if (!["", "true", "false"].includes(notReady))
    problems.push(`NOT_READY is "${notReady}": allowed are true and false`);

  const settings: Settings = {
    version,
    host: environment.HOST || "0.0.0.0",
    port: number("PORT", 0, 65_535, true) ?? 8080,
    drainDelayMilliseconds: number("DRAIN_DELAY_MS", 0, 20_000, true) ?? 3000,
    crashAfterMilliseconds: number("CRASH_AFTER_MS", 1, 3_600_000, true),
    faults: {
      ...noFaults,
      errorRate: number("ERROR_RATE", 0, 1, false) ?? 0,
      latencyMilliseconds: number("LATENCY_MS", 0, maxLatencyMilliseconds, true) ?? 0,
      ready: notReady !== "true",
    },
  };
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return settings;
}
