import { UserError } from "@canary-lab/kit/user-error";
import type { StrategyName } from "../../../canary/strategies.ts";
import { withApplied, withRelease } from "../applied.ts";
import { otherPlaces, type Place, placed, placeOf, readNote } from "../deployed.ts";
import type { Lab } from "../lab.ts";
import { istioRoute } from "../traffic/istio-route.ts";
import { patientClient, rollbackSeconds } from "../traffic/patiently.ts";
import type { ReleaseStrategy, Say } from "./strategy.ts";
import { weighted } from "./weights/weighted.ts";

const istio = weighted(istioRoute);

/** All but the usual one are loaded where they are deployed: a rollback has to write its route first. */
const table: Record<StrategyName, () => Promise<ReleaseStrategy>> = {
  istio: async () => istio,
  "gateway-api": async () => (await import("./weights/other-routes.ts")).gatewayApi,
  "replica-ratio": async () => (await import("./weights/other-routes.ts")).replicaRatio,
  "nginx-header": async () => (await import("./header.ts")).nginxHeader,
  "rollout-canary": async () => (await import("./rollouts/rollout.ts")).rolloutCanary,
  "rollout-blue-green": async () => (await import("./rollouts/rollout.ts")).rolloutBlueGreen,
  "rolling-update": async () => (await import("./rolling/rolling-update.ts")).rollingUpdate,
};

/**
 * The strategy of a lab: the config's, which must be the one that is deployed.
 *
 * @throws UserError where the config has been changed to another one, to another namespace or application, and `up` has not yet been run
 */
export async function strategyOf(lab: Lab): Promise<ReleaseStrategy> {
  const place = await placeOf(lab);
  const deployed = withApplied(place.lab, place.note.config).config;
  for (const key of ["namespace", "app"] as const) {
    if (deployed[key] === lab.config[key]) continue;
    throw new UserError(`The config says ${key} ${lab.config[key]}, and what is deployed has ${deployed[key]}.`, {
      place: `${key} in ${lab.stackFile.name}`,
      allowed: `${deployed[key]}, until an update has changed it`,
      next: [
        key === "app" ? "npx canaryctl rollback && npx canaryctl up" : "npx canaryctl up", // a new name has no canary yet
        `npx canaryctl config set ${key} ${deployed[key]}`,
      ],
    });
  }
  lab.mustBeNamed?.(lab.config);
  return mustBeDeployed(place);
}

function mustBeDeployed({ lab, note }: Place): Promise<ReleaseStrategy> {
  const wanted = lab.config.strategy;
  const deployed = note.strategy ?? wanted;
  if (deployed === wanted) return table[wanted]();
  throw new UserError(`The config says strategy ${wanted}, and the application is deployed by ${deployed}.`, {
    place: `strategy in ${lab.stackFile.name}`,
    allowed: `${deployed}, until an update has changed it`,
    next: ["npx canaryctl up", `npx canaryctl config set strategy ${deployed}`],
  });
}

/** A lab whose traffic is about to be moved: by its applied config, and with the strategy that is deployed. */
export interface Move {
  readonly lab: Lab;
  readonly strategy: ReleaseStrategy;
}

/** For a command that moves the traffic, or takes the canary away. @throws UserError where the config's strategy is not the deployed one */
export async function openMove(lab: Lab): Promise<Move> {
  const place = await placeOf(lab);
  return { strategy: await mustBeDeployed(place), lab: mustBeNamed(withApplied(place.lab, place.note.config)) };
}

function mustBeNamed(lab: Lab): Lab {
  lab.mustBeNamed?.(lab.config);
  return lab;
}

/** For a command that begins a release. It says what it takes along from the file. @throws as {@link openMove} */
export async function openRelease(given: Lab, say: Say): Promise<Move> {
  const place = await placeOf(given);
  const { lab, along } = withRelease(place.lab, place.note.config);
  for (const { key, applied = "not set", wanted = "not set" } of along)
    say(`With the release goes ${key} of ${lab.stackFile.name}: ${applied} -> ${wanted}.`);
  return { strategy: await mustBeDeployed(place), lab: mustBeNamed(lab) };
}

export interface Rollback extends Move {
  /** Where the stack is deployed too. */
  readonly others: readonly Move[];
}

/**
 * For a rollback, which acts on what runs, whatever the config says. Each call of the labs that it gives waits for an API server, or an
 * Istio, that is away, under every strategy.
 *
 * @throws UserError where a namespace in which the stack runs does not say whose it is: nothing is done then
 */
export async function openRollback(given: Lab, say: Say): Promise<Rollback> {
  const lab = { ...given, cluster: patientClient(given.cluster, { seconds: rollbackSeconds, say }) };
  const [named, others] = await Promise.all([readNote(lab), otherPlaces(lab)]);
  const [first = { lab, note: named }, ...rest] = named.isThere ? [placed(lab, named), ...others] : others;
  const open = async ({ lab: there, note }: Place): Promise<Move> => ({
    strategy: await table[note.strategy ?? lab.config.strategy](),
    lab: withApplied(there, note.config),
  });
  const { lab: deployed, strategy } = await open(first);
  return { lab: mustBeNamed(deployed), strategy, others: await Promise.all(rest.map(open)) };
}

/** For `up`, which makes the config's strategy the deployed one. */
export const configuredStrategy = (lab: Lab): Promise<ReleaseStrategy> => table[lab.config.strategy]();
