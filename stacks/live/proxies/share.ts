/** Percent of the requests; the two sum to 100. Whole where weights make it, a fraction where a share of pods does. */
export interface Share {
  readonly stable: number;
  readonly canary: number;
}

export const shareOf = (canary: number): Share => ({ stable: 100 - canary, canary });

/** Such as `70/30`, or `66.7/33.3` where pods share. */
export const shareText = ({ stable, canary }: Share): string => `${oneDigit(stable)}/${oneDigit(canary)}`;

const oneDigit = (percent: number): number => Number(percent.toFixed(1));

/** Two shares that no measurement could tell apart. */
export const isSameShare = (one: Share, other: Share): boolean => Math.abs(one.canary - other.canary) < 0.05;
