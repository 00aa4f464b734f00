import { loadSockets } from "@canary-lab/kit/kube/port-forward";
import { UserError } from "@canary-lab/kit/user-error";
import { toWeight } from "../../../../canary/weight.ts";
import { versions } from "../../../../components/names.ts";
import { type ProxyReport, sendsBy, waitForProxies } from "../../../../stacks/live/proxies/proxies.ts";
import { isSameShare, type Share, shareText } from "../../../../stacks/live/proxies/share.ts";
import { noCanary, shareFault } from "../../../../stacks/live/share-verdict.ts";
import { rollbackMark, rolledBackSince } from "../../../../stacks/live/taken-back.ts";
import { applyOnly } from "../../applied.ts";
import { EngineBusyError, InterruptedError } from "../../engine/engine-failure.ts";
import { freeStack } from "../../engine/update.ts";
import { type Lab, platformOf } from "../../lab.ts";
import { moveSeconds, patiently } from "../../traffic/patiently.ts";
import type { LiveRoute, Route } from "../../traffic/route.ts";
import { readWorkload } from "../../traffic/workloads.ts";
import type { Say } from "../strategy.ts";
import { laggingProxies } from "./lagging-proxies.ts";
import { restoreRoute } from "./restore.ts";
import { closeService, openService } from "./service.ts";

/** How long the callers' proxies may take to get a route, in seconds: seen are tenths of a second. */
const proxySeconds = 15;

/**
 * Moves the traffic to the weight of `lab.config`: the route first, which is what users feel, then the stack's file and the state, while
 * the callers' proxies are asked whether they have it.
 *
 * @returns what was done, in one line
 * @throws UserError where a side has too few ready pods for its share, with nothing touched; where the update fails, with the traffic and
 * the file as they were, or for a lower share as they are to be; where a proxy has not got the route; where another command has set
 * another weight meanwhile, or a rollback has sent the traffic back
 */
export async function moveTraffic(lab: Lab, route: Route, say: Say): Promise<string> {
  const { cluster, config } = lab;
  const [before, mark, stable, canary] = await Promise.all([
    route.read(cluster, config),
    rollbackMark(cluster, config),
    readWorkload(cluster, config, versions.stable),
    readWorkload(cluster, config, versions.canary),
    route.proxies && loadSockets(), // while those are waited for: the callers' proxies are asked by them
  ]);
  if (!before) throw route.missing(config);
  const to = route.wanted(config);
  const isRise = to.canary > before.weights.canary;
  const fault = route.hasIdlePods
    ? shareFault({ from: before.weights.canary, to: to.canary, stable, canary }, config)
    : isRise && !canary && noCanary(config);
  if (fault) throw fault;

  const rolledBack = async () => (to.canary > 0 ? rolledBackSince(cluster, config, mark) : undefined);
  if (isRise) await freeStack(lab, { say }); // a rise that the state cannot follow is not begun
  await patiently(cluster, { seconds: moveSeconds, say }, async () => {
    // Without what the route leads by and to, its requests get errors.
    await Promise.all([
      isRise && route.applyAround?.(cluster, config, platformOf(lab)),
      isRise && before.weights.canary === 0 && openService(lab, route, proxySeconds),
    ]);
    const since = await rolledBack();
    if (since) throw since;
    await route.apply?.(cluster, config);
  });
  // A rollback waits for nobody: one that wrote the route just before has left its mark by now.
  const meanwhile = await rolledBack();
  if (meanwhile) {
    await route.apply?.(cluster, { ...config, canaryWeight: toWeight(0) });
    throw meanwhile;
  }
  const failed = new AbortController();
  const following = follow(lab, route, before, say).catch((error) => {
    failed.abort();
    throw error;
  });
  const [proxies] = await Promise.all([askProxies(lab, route, to, failed.signal), following]);

  // The engine has accepted the weight; where it remembered that one, it wrote nothing, whatever was live.
  const after = await restoreRoute(lab, route, say);
  if (after.config.canaryWeight !== config.canaryWeight) throw overtaken(route.wanted(after.config));
  if (proxies && proxies.without.length > 0)
    throw laggingProxies(lab, `The route says ${shareText(to)}`, proxies, proxySeconds);
  return `Traffic: ${shareText(before.weights)} -> ${shareText(to)} (stable/canary)${proxyWords(proxies)}`;
}

async function askProxies(lab: Lab, route: Route, to: Share, signal?: AbortSignal): Promise<ProxyReport | undefined> {
  return (
    route.proxies && waitForProxies(lab, route.proxies(lab.config, platformOf(lab)), sendsBy(to), proxySeconds, signal)
  );
}

const proxyWords = (proxies: ProxyReport | undefined): string =>
  !proxies
    ? ""
    : proxies.with.length === 0
      ? "; no proxy of a caller could be asked"
      : "; the callers' proxies have it";

/** Lets the stack's file and the state follow the route. A rise that they cannot follow is taken back. */
async function follow(lab: Lab, route: Route, before: LiveRoute, say: Say): Promise<void> {
  const { config, stackFile } = lab;
  const { canaryWeight, allowOverload } = config;
  try {
    await applyOnly(
      lab,
      { canaryWeight },
      { say, targets: route.targets, ...(allowOverload && { forNow: { allowOverload } }) },
    );
  } catch (error) {
    const now = await route.read(lab.cluster, config).catch(() => undefined);
    const to = route.wanted(config);
    const hasMoved = now !== undefined && isSameShare(now.weights, to);
    const isRise = to.canary > before.weights.canary;
    if (hasMoved && isRise && route.apply) {
      // Somebody may have written parts of a percent; the way back gives no more than there was.
      await route.apply(lab.cluster, { ...config, canaryWeight: toWeight(Math.floor(before.weights.canary)) });
      say(`The state could not follow: the traffic is back at ${shareText(before.weights)}.`);
      if (before.weights.canary === 0) await closeAgain(lab, route, before.weights);
    }
    // The stack's file says what is: after a failure it has the new weight only where the traffic has moved.
    if (!hasMoved || (isRise && route.apply)) stackFile.restore();
    if (!hasMoved && isRise && !route.apply && !isOutside(error)) await takePodsBack(lab, route, say);
    throw error;
  }
}

/** The error of the state is what is told: one that comes of the way back is left to the next command. */
async function closeAgain(lab: Lab, route: Route, to: Share): Promise<void> {
  const report = await askProxies(lab, route, to).catch(() => undefined);
  if (report?.without.length === 0) await closeService(lab, route).catch(() => {});
}

/** The update did not begin, or was ended by the user, who does not wait for another one. */
const isOutside = (error: unknown): boolean => error instanceof EngineBusyError || error instanceof InterruptedError;

/** Pods that could not start are asked for still: they would take their share on the day on which they can. */
async function takePodsBack(lab: Lab, route: Route, say: Say): Promise<void> {
  try {
    await applyOnly(lab, {}, { say, targets: route.targets });
    say("The pods that were asked for are taken back.");
  } catch (error) {
    say(`The pods that were asked for could not be taken back: ${(error as Error).message}`);
  }
}

const overtaken = (now: Share): UserError =>
  new UserError(`Another command has set the traffic to ${shareText(now)} meanwhile, and that is what holds.`, {
    next: "npx canaryctl status",
  });
