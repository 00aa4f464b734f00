import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "@canary-lab/kit/user-error";
import { type Conclusion, conclude } from "../../../canary/judge/conclusion.ts";
import { edgesFor, type JudgeOptions } from "../../../canary/judge/config.ts";
import { type Act, nextAct } from "../../../canary/judge/next-act.ts";
import { bakeOf, nextWeight } from "../../../canary/plan/plan.ts";
import { type Lab, platformOf } from "../lab.ts";
import type { Say } from "../strategies/strategy.ts";
import type { Move } from "../strategies/table.ts";
import { patiently } from "../traffic/patiently.ts";
import { askedShare, type LiveRoute, type Route } from "../traffic/route.ts";
import { isSameShare, type Share, shareText } from "../traffic/share.ts";
import { CallerCounters } from "./caller-counters.ts";

/** What is seen of a release at one moment. */
export interface Look {
  readonly at: Date;
  readonly lab: Lab;
  /** Undefined where there is no route. */
  readonly live: LiveRoute | undefined;
  /** What the callers' requests of the last seconds were split by; undefined without requests. */
  readonly seen: Share | undefined;
  /** Since the route was written. */
  readonly seconds: number;
  /** Proxies that could be read. */
  readonly callers: number;
  readonly conclusion: Conclusion;
}

/** A route whose callers can be asked who answered. */
export type JudgedRoute = Route & Required<Pick<Route, "proxies" | "callees">>;

/** @throws UserError where the strategy has no route whose sides its callers tell apart */
export function judgedRoute({ lab: { config }, strategy: { route } }: Move): JudgedRoute {
  if (route?.proxies && route.callees) return route as JudgedRoute;
  throw new UserError(
    `With strategy ${config.strategy} the judge has nothing to walk: no route of this stack has weights that the callers' proxies count by.`,
    {
      allowed: "strategy istio or gateway-api; with rollout-canary the key `analysis` measures each step",
      next: ["npx canaryctl watch", "npx canaryctl promote"],
    },
  );
}

/** How long the API server may be away, in seconds. */
const awaySeconds = 60;

/** The split is shown over so many seconds. */
const seenSeconds = 10;

/** Looks at a release again and again, and keeps what the callers counted since the first look. */
export class Observer {
  readonly #route: JudgedRoute;
  readonly #counters: CallerCounters;
  readonly #options: JudgeOptions;
  readonly #say: Say;

  constructor(lab: Lab, route: JudgedRoute, say: Say) {
    const { app, namespace, objective } = lab.config;
    const edges = edgesFor(objective.p95Milliseconds);
    this.#route = route;
    this.#say = say;
    this.#options = { objective, latency: { edges } };
    this.#counters = new CallerCounters(lab.cluster, {
      groups: route.proxies(lab.config, platformOf(lab)),
      release: { telemetry: "envoy", namespace, app, by: "cluster_name", ...route.callees({ app, namespace }) },
      edges,
    });
  }

  /** @throws UserError where the cluster is away for longer than a minute */
  async look(lab: Lab): Promise<Look> {
    const { cluster, config } = lab;
    const [callers, live] = await Promise.all([
      this.#counters.look(),
      patiently(cluster, { seconds: awaySeconds, say: this.#say }, () => this.#route.read(cluster, config)),
    ]);
    const { slices } = this.#counters;
    return {
      at: new Date(),
      lab,
      live,
      seen: this.#seen(),
      seconds: live?.since ? (Date.now() - live.since.getTime()) / 1000 : 0,
      callers,
      conclusion: conclude(slices, this.#options, true),
    };
  }

  #seen(): Share | undefined {
    let [stable, canary, seconds] = [0, 0, 0];
    for (const slice of this.#counters.slices.toReversed()) {
      if (seconds >= seenSeconds) break;
      stable += slice.stable.requests;
      canary += slice.canary.requests;
      seconds += slice.seconds;
    }
    const all = stable + canary;
    return all === 0 ? undefined : { stable: (100 * stable) / all, canary: (100 * canary) / all };
  }
}

/** What acts on a release; each opens the stack anew, for others may have changed it. */
export interface Acts {
  open(): Promise<Lab>;
  /** One step of the plan. @returns what was done */
  promote(): Promise<string>;
  finish(): Promise<string>;
  rollBack(): Promise<void>;
  /** Before each act. @throws UserError where another promotion has the plan now */
  renew(): Promise<void>;
  /** Of a user who interrupts. */
  onInterrupt(): Promise<"hold" | "roll back">;
}

export type Ending = "promoted" | "rolled back" | "held" | "no verdict" | "interrupted";

export interface Walked {
  readonly ending: Ending;
  /** Why, in one sentence. */
  readonly reason: string;
}

export interface WalkOptions {
  readonly say: Say;
  readonly show: (look: Look, act: Act) => void;
  readonly signal: AbortSignal;
  /** How long a step waits for a verdict after its bake time, in seconds. */
  readonly patienceSeconds: number;
}

const betweenLooksMilliseconds = 1000;

/**
 * Walks the plan by the judge's verdicts, from wherever the release stands: a walk that was killed goes on where it was, for the step and
 * when it began stand in the cluster. The evidence begins anew then.
 *
 * @throws UserError where an act is refused or fails, with the traffic where that act left it
 */
export async function walk(
  observer: Pick<Observer, "look">,
  acts: Acts,
  route: Route,
  options: WalkOptions,
): Promise<Walked> {
  const { say, show, signal, patienceSeconds } = options;
  let lab = await acts.open();
  for (;;) {
    if (signal.aborted) return interrupted(acts);
    const look = await observer.look(lab);
    const { canaryWeight, plan } = lab.config;
    if (!look.live || !isSameShare(askedShare(look.live), route.wanted(lab.config))) return moved(look, route);
    const act = nextAct({
      weight: canaryWeight,
      bake: bakeOf(plan, canaryWeight),
      seconds: look.seconds,
      verdict: look.conclusion.verdict,
      patienceSeconds,
    });
    show(look, act);
    const { reason } = look.conclusion;
    switch (act) {
      case "roll back":
        await acts.rollBack();
        return { ending: "rolled back", reason };
      case "give up":
        return { ending: "no verdict", reason };
      case "ask":
        return { ending: "held", reason: `The plan keeps ${canaryWeight} % until somebody promotes. ${reason}` };
      case "advance": {
        await acts.renew();
        const next = nextWeight(plan, canaryWeight);
        if (next === undefined || (next === 100 && bakeOf(plan, next) === 0)) {
          say(await acts.finish());
          return { ending: "promoted", reason };
        }
        say(await acts.promote());
        lab = await acts.open();
        break;
      }
      case "wait":
        await acts.renew();
        await pause(betweenLooksMilliseconds, undefined, { signal }).catch(() => {});
    }
  }
}

/** Somebody else has moved the traffic: who walks the plan does not take that back. */
function moved({ live, lab }: Look, route: Route): Walked {
  const now = live ? `at ${shareText(live.weights)}, by ${live.owner}` : "gone";
  return {
    ending: "held",
    reason: `The route is ${now}, and this promotion had it at ${shareText(route.wanted(lab.config))}: somebody else has moved the traffic.`,
  };
}

async function interrupted(acts: Acts): Promise<Walked> {
  if ((await acts.onInterrupt()) === "hold") return { ending: "interrupted", reason: "The traffic stays where it is." };
  await acts.rollBack();
  return { ending: "rolled back", reason: "You have asked for it." };
}
