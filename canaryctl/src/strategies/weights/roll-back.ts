import { ApiError } from "@canary-lab/kit/kube/client";
import { UserError } from "@canary-lab/kit/user-error";
import { toWeight } from "../../../../canary/weight.ts";
import type { LabConfig } from "../../../../stacks/config/schema.ts";
import { type ProxyReport, sendsBy, waitForProxies } from "../../../../stacks/live/proxies/proxies.ts";
import { type Share, shareText } from "../../../../stacks/live/proxies/share.ts";
import { applyOnly, writeChanges } from "../../applied.ts";
import { deployedWeight, readIfPossible } from "../../deployed.ts";
import { type Lab, platformOf, reread } from "../../lab.ts";
import type { Route } from "../../traffic/route.ts";
import { isInFile, nothingTo } from "../nothing.ts";
import { lockSeconds, onlyTheState, proxySeconds, quietSeconds } from "../rolled-back.ts";
import type { Say } from "../strategy.ts";
import { laggingProxies } from "./lagging-proxies.ts";
import { closeService } from "./service.ts";

/**
 * Moves the route before anything else is looked at, then the stack's file, then the state, while the callers' proxies are asked whether
 * they have it. It needs no live object, no engine and no state: what is not there is made. Without a fast path the engine moves it.
 *
 * @returns what was done, in one line
 * @throws UserError that says what is done and what is left, as where the state could not be made to agree, a proxy has not got the
 * route, or another command keeps raising the weight
 */
export async function rollBackRoute({ config: given, ...rest }: Lab, route: Route, say: Say): Promise<string> {
  const lab: Lab = { ...rest, config: { ...given, canaryWeight: toWeight(0) } };
  const { config, stackFile } = lab;
  const { before, around } = await moveRoute(lab, route);
  let isAsBefore = before?.canary === 0 && isAtZero(lab, route);
  const asked = askProxies(lab, route, before, say);
  const [proxies, closed, state] = await Promise.all([
    asked,
    asked
      .then((report) => (report?.without.length === 0 ? closeService(lab, route) : undefined))
      .then(
        () => undefined,
        (error: unknown) => error,
      ),
    agree(lab, route, say, () => {
      isAsBefore = false;
    }).then(
      () => undefined,
      (error: unknown) => error,
    ),
  ]);
  const wanted = route.wanted(config);
  if (proxies && proxies.without.length > 0) {
    if (state !== undefined) say(`The state does not say so yet: ${(state as Error).message}`);
    throw laggingProxies(lab, `The route says ${shareText(wanted)}`, proxies, proxySeconds);
  }
  if (state !== undefined) throw route.apply ? onlyTheState(state) : state;
  if (around !== undefined) throw around;
  if (closed !== undefined) throw closed;
  if (!(await isRolledBack(lab, route))) throw overruled(stackFile.name);
  if (isAsBefore)
    return nothingTo("roll back", "all the traffic is on the stable side, by the route, the config and the state");
  return "Rolled back: 100/0 (stable/canary), in the cluster, in the config and in the state.";
}

/** Whether the file and the state gave the canary no share already; pods that split the traffic may be made by a rollback of none. */
const isAtZero = (lab: Lab, route: Route): boolean =>
  route.apply !== undefined &&
  isInFile(lab, "canaryWeight", "0") &&
  deployedWeight(readIfPossible(lab.state), lab.stackFile).canaryWeight === 0;

/** What the split was before, and why what is around the route could not be put back. */
async function moveRoute(lab: Lab, route: Route) {
  const { cluster, config, applied } = lab;
  const live = await route.read(cluster, config);
  if (!route.apply) {
    if (!live && !applied) throw route.missing(config); // nothing is known that could be made again
    return { before: live?.weights, around: undefined };
  }
  const sent = sendBack({ cluster, config }, route); // first, on the connection that is open already
  const around = Promise.resolve(route.applyAround?.(cluster, config, platformOf(lab))).then(
    () => undefined,
    (error: unknown) => error,
  );
  await sent;
  return { before: live?.weights, around: await around };
}

/**
 * As {@link rollBackRoute}, in the cluster alone: the stack's file and the state stay.
 *
 * @throws UserError as {@link sendBack}, and where a proxy has not got the route
 */
export async function haltRoute({ config: given, ...rest }: Lab, route: Route, say: Say): Promise<void> {
  const lab: Lab = { ...rest, config: { ...given, canaryWeight: toWeight(0) } };
  const live = await route.read(lab.cluster, lab.config);
  await sendBack(lab, route);
  const proxies = await askProxies(lab, route, live?.weights, say);
  if (proxies && proxies.without.length > 0)
    throw laggingProxies(lab, `The route says ${shareText(route.wanted(lab.config))}`, proxies, proxySeconds);
  await closeService(lab, route);
}

/** Writes the route alone, with all the traffic on the stable side. @throws UserError where the namespace that it is written to is gone */
async function sendBack({ cluster, config }: Pick<Lab, "cluster" | "config">, route: Route) {
  const stable: LabConfig = { ...config, canaryWeight: toWeight(0) };
  try {
    await route.apply?.(cluster, stable);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) throw route.missing(config);
    throw error;
  }
}

async function askProxies(
  lab: Lab,
  route: Route,
  before: Share | undefined,
  say: Say,
): Promise<ProxyReport | undefined> {
  if (!route.apply || !route.proxies) return undefined;
  const was = before ? `it was ${shareText(before)}` : "there was no route";
  const wanted = route.wanted(lab.config);
  const groups = route.proxies(lab.config, platformOf(lab));
  const ask = (seconds: number) => waitForProxies(lab, groups, sendsBy(wanted), seconds);
  let report = await ask(quietSeconds);
  if (report.without.length > 0) {
    say(`The route says ${shareText(wanted)} (${was}); not yet in ${report.without.map(({ pod }) => pod).join(", ")}.`);
    report = await ask(proxySeconds - quietSeconds);
  }
  if (report.with.length === 0 && report.without.every(({ isUnasked }) => isUnasked))
    say(`The route says ${shareText(wanted)} (${was}); no proxy of a caller could be asked.`);
  else if (report.without.length === 0)
    say(`All traffic is routed to the stable side (${was}): the proxies of its callers have it.`);
  return report;
}

/**
 * Makes the stack's file and the state agree with the route, twice where another command has raised the share meanwhile.
 *
 * @param raised told where one has
 */
async function agree(lab: Lab, route: Route, say: Say, raised: () => void): Promise<void> {
  const { cluster, config } = lab;
  const holdRoute = async () => {
    const live = await route.read(cluster, config).catch(() => undefined);
    if (!live || live.weights.canary === 0) return;
    raised();
    await route.apply?.(cluster, config);
  };
  const write = async () => {
    writeChanges(lab, { canaryWeight: 0 });
    if (!lab.applied && !lab.fileFault) reread(lab); // refuses what else is wrong with the config, all of it at once
    await applyOnly(
      lab,
      { canaryWeight: 0 },
      { say, waitSeconds: lockSeconds(lab), whileWaiting: holdRoute, targets: route.targets, remakes: !route.apply },
    );
  };
  await write();
  if (await isRolledBack(lab, route)) return;
  raised();
  say("Another command has raised the canary's share meanwhile: rolling back once more.");
  await holdRoute();
  await write();
}

/** Whether the live route and the stack's file, where there is one, both say 0 now; other commands may have written either since. */
async function isRolledBack({ cluster, config, stackFile, fileFault }: Lab, route: Route): Promise<boolean> {
  const live = await route.read(cluster, config);
  return live?.weights.canary === 0 && (fileFault !== undefined || Number(stackFile.values().canaryWeight) === 0);
}

const overruled = (place: string): UserError =>
  new UserError("The rollback does not hold: something else has raised the canary's share again, twice.", {
    place: `the live route, or canaryWeight in ${place}`,
    first: "end the other command",
    next: "npx canaryctl rollback",
  });
