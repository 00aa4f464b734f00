/** The fields of a Rollout's VirtualService and DestinationRule that tell where its requests go. */
export interface RouteObjects {
  readonly virtualService: {
    readonly spec: {
      readonly http: readonly {
        readonly name?: string;
        readonly route?: readonly { readonly destination: { readonly subset?: string }; readonly weight?: number }[];
      }[];
    };
  };
  readonly destinationRule: {
    readonly spec: {
      readonly subsets?: readonly { readonly name: string; readonly labels?: Readonly<Record<string, string>> }[];
    };
  };
}

/** Where a Rollout's parts are named in them. */
export interface RouteNames {
  readonly route: string;
  readonly stableSubset: string;
  readonly canarySubset: string;
  /** Routes that the controller adds for the time of a canary. */
  readonly managedRoutes: readonly string[];
}

/** The label by which the controller tells the pods of one revision from those of another. */
export const revisionLabel = "rollouts-pod-template-hash";

/**
 * Why the weights are not back where they are between two releases, in words; undefined where all requests go to the stable subset.
 * The controller says Healthy up to some seconds before this is so (0.03 to 8.2 s were measured).
 */
export function weightUnrest({ virtualService }: RouteObjects, names: RouteNames): string | undefined {
  const { http } = virtualService.spec;
  const added = http.find(({ name = "" }) => names.managedRoutes.includes(name));
  if (added) return `the route ${added.name} is still there`;
  const sides = http.find(({ name }) => name === names.route)?.route ?? [];
  const other = sides.filter(({ destination, weight = 0 }) => destination.subset !== names.stableSubset && weight > 0);
  const share = other.reduce((sum, { weight = 0 }) => sum + weight, 0);
  return share > 0 ? `${share} % of the requests do not go to the stable side yet` : undefined;
}

/**
 * The same, and both subsets mean the same revision: only then may another one come. Before that, the canary subset would be pointed
 * at a revision without pods while it still has requests.
 */
export function routeUnrest(route: RouteObjects, names: RouteNames): string | undefined {
  const subsets = route.destinationRule.spec.subsets ?? [];
  const hash = (subset: string) => subsets.find(({ name }) => name === subset)?.labels?.[revisionLabel];
  const [stable, canary] = [hash(names.stableSubset), hash(names.canarySubset)];
  if (stable !== canary)
    return `the canary subset means revision ${canary ?? "none"}, the stable one ${stable ?? "none"}`;
  return weightUnrest(route, names);
}
