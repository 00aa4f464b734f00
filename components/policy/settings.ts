import type { StrategyName } from "../../canary/strategies.ts";

/** What an application's objects may be; the same fields as the config's object `policy`. */
export interface PolicySettings {
  /** Percent of the traffic, 0..100, that a canary may get. */
  readonly maxWeight: number;
  /** Raises `maxWeight` for as long as it stands. */
  readonly approval?: { readonly weight: number; readonly reason: string } | undefined;
  /** Percentage points, 1..100, by which a step of the plan or a move may raise the canary's share. */
  readonly maxRise: number;
  readonly strategies: readonly StrategyName[];
  /** Registries, as `host:port/path`, that images come from. Default: any. */
  readonly registries?: readonly string[] | undefined;
  /** Whether images are named by their digests. */
  readonly digests: boolean;
  readonly loadBalancers: boolean;
  /** Images, without their tags, of the containers that the mesh puts into pods: these are not the application's. */
  readonly sidecarImages: readonly string[];
}

/** Percent of the traffic that a canary may get, with an approval or without. */
export const weightLimit = ({ maxWeight, approval }: PolicySettings): number =>
  Math.max(maxWeight, approval?.weight ?? 0);
