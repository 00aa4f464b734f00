/** What the service takes from its environment, beside the parameters' defaults: see {@link parameterDefaults}. */
export interface Settings {
  /** `PROMETHEUS_URL`: http or https. No request can name another one, or the service would send requests wherever its callers like. */
  readonly prometheus: URL;
  /** `HOST`, the address to listen on. Default 0.0.0.0: in a pod, every address of the pod. */
  readonly host: string;
  /** `PORT`, 0..65535, 0 for any free one. Default 8080. */
  readonly port: number;
  /**
   * `TIMEOUT_MS`: after so long without a verdict the answer is that there is none, 100..60000 ms. Default 8000: Argo Rollouts and
   * Flagger wait for 10 s.
   */
  readonly timeoutMilliseconds: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws Error that names every bad variable at once, with what is allowed there */
export function parseSettings(environment: Environment): Settings {
  const problems: string[] = [];
  const whole = (name: string, low: number, high: number, otherwise: number): number => {
    const text = environment[name] || String(otherwise);
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high)
      problems.push(`${name} is "${text}": allowed is a whole number from ${low} to ${high}`);
    return value;
  };
  const address = environment.PROMETHEUS_URL ?? "";
  const prometheus = URL.parse(address);
  if (!prometheus || !["http:", "https:"].includes(prometheus.protocol))
    problems.push(
      `PROMETHEUS_URL is "${address}": allowed is the address of Prometheus, such as http://prometheus.monitoring:9090`,
    );
  const settings = {
    host: environment.HOST || "0.0.0.0",
    port: whole("PORT", 0, 65_535, 8080),
    timeoutMilliseconds: whole("TIMEOUT_MS", 100, 60_000, 8000),
  };
  if (problems.length > 0 || !prometheus) throw new Error(problems.join("\n"));
  return { prometheus, ...settings };
}
