/** What containers ask for, or use. */
export interface Amounts {
  /** CPUs. */
  readonly cpu: number;
  /** Bytes. */
  readonly memory: number;
}

/** What an hour costs. */
export interface Prices {
  /** Of a CPU. */
  readonly cpuHour: number;
  /** Of a GiB of memory. */
  readonly gibHour: number;
  /** Such as USD. */
  readonly currency: string;
}

/**
 * List prices of Google Kubernetes Engine Autopilot for general-purpose pods in us-central1, which charges what pods ask for
 * (https://cloud.google.com/kubernetes-engine/pricing, as of 2026).
 */
export const listPrices: Prices = { cpuHour: 0.0445, gibHour: 0.0049225, currency: "USD" };

export const nothing: Amounts = { cpu: 0, memory: 0 };

export const sumOf = (all: readonly Amounts[]): Amounts =>
  all.reduce((sum, { cpu, memory }) => ({ cpu: sum.cpu + cpu, memory: sum.memory + memory }), nothing);

export const gibOf = ({ memory }: Pick<Amounts, "memory">): number => memory / 2 ** 30;

/** What amounts cost in an hour. */
export const hourlyCost = (amounts: Amounts, { cpuHour, gibHour }: Prices): number =>
  amounts.cpu * cpuHour + gibOf(amounts) * gibHour;
