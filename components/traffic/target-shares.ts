interface Weighted {
  readonly weight?: number | undefined;
}

/** A target of a rule, with the share of the rule's requests that it gets, in percent. */
type Shared<Target> = Target & { readonly share: number };

/**
 * The targets of a VirtualService's rule. Weights are parts of their sum, and one that is left out is 0; a target that stands alone gets
 * everything (istio.io/api, HTTPRouteDestination.weight).
 */
export const istioShares = <Target extends Weighted>(targets: readonly Target[]): readonly Shared<Target>[] =>
  withShares(targets, targets.length === 1 ? () => 1 : ({ weight = 0 }) => weight);

/** Those of an HTTPRoute's rule: a weight that is left out is 1, and a target that stands alone with 0 gets nothing. */
export const gatewayShares = <Target extends Weighted>(targets: readonly Target[]): readonly Shared<Target>[] =>
  withShares(targets, ({ weight = 1 }) => weight);

function withShares<Target>(
  targets: readonly Target[],
  weightOf: (target: Target) => number,
): readonly Shared<Target>[] {
  const sum = targets.reduce((total, target) => total + weightOf(target), 0) || 1;
  return targets.map((target) => ({ ...target, share: (100 * weightOf(target)) / sum }));
}
