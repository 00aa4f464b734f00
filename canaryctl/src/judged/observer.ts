import { UserError } from "@canary-lab/kit/user-error";
import { type Conclusion, conclusionOf } from "../../../canary/judge/conclusion.ts";
import { optionsFor } from "../../../canary/judge/config.ts";
import { lately, type Slice } from "../../../canary/judge/slice.ts";
import { ReleaseJudge } from "../../../canary/judge/verdict.ts";
import { countedRelease } from "../../../stacks/live/counted-release.ts";
import type { Share } from "../../../stacks/live/proxies/share.ts";
import { type Lab, platformOf } from "../lab.ts";
import type { Say } from "../strategies/strategy.ts";
import type { Move } from "../strategies/table.ts";
import { patiently } from "../traffic/patiently.ts";
import type { LiveRoute, Route } from "../traffic/route.ts";
import { CallerCounters } from "./caller-counters.ts";
import { PodCounters } from "./pod-counters.ts";

/** What is seen of a release at one moment. */
export interface Look {
  readonly at: Date;
  readonly lab: Lab;
  /** Undefined where there is no route. */
  readonly live: LiveRoute | undefined;
  /** What the callers' requests of the last seconds were split by; undefined without requests. */
  readonly seen: Share | undefined;
  /** Requests of both sides in each of those seconds. */
  readonly requestsPerSecond: number;
  /** Requests to the canary that were counted since its present weight was first seen. */
  readonly requestsAtWeight: number;
  /** Since the route was written. */
  readonly seconds: number;
  /** Proxies that could be read. */
  readonly callers: number;
  readonly conclusion: Conclusion;
}

/** Where the requests of a release are counted. */
export type Counters = Pick<CallerCounters, "look" | "slices">;

/** A route whose callers' proxies tell the sides apart. */
export interface JudgedRoute extends Route {
  /** What counts from now on. @param edges of the histogram's buckets in milliseconds */
  counters(lab: Lab, edges: readonly number[]): Counters;
  /** Whether the latency of each side is counted, too; a pass needs it then. */
  readonly hasLatency: boolean;
}

/** The route of a release that can be judged: by subset or Service, or by pod; undefined where nothing tells its sides apart. */
export function countedRoute({ lab: { config }, strategy: { route } }: Move): JudgedRoute | undefined {
  const release = countedRelease(config);
  const { proxies, callersOfPods } = route ?? {};
  if (route && proxies && release)
    return {
      ...route,
      hasLatency: true,
      counters: (lab, edges) =>
        new CallerCounters(lab.cluster, { groups: proxies(lab.config, platformOf(lab)), release, edges }),
    };
  if (route && callersOfPods)
    return { ...route, hasLatency: false, counters: (lab) => new PodCounters(lab, callersOfPods(lab.config)) };
  return undefined;
}

/** @throws UserError where nothing tells the sides apart */
export function judgedRoute(move: Move): JudgedRoute {
  const route = countedRoute(move);
  if (route) return route;
  throw new UserError(
    `With strategy ${move.lab.config.strategy} the judge has nothing to walk: no route of this stack has weights that the callers' proxies count by.`,
    {
      allowed:
        "strategy istio, gateway-api or replica-ratio; with rollout-canary the key `analysis` measures each step",
      next: "npx canaryctl status --watch",
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
  readonly #counters: Counters;
  readonly #judge: ReleaseJudge;
  readonly #say: Say;
  /** The canary's live weight, and its requests before that. */
  #weight: { readonly percent: number | undefined; readonly before: number } | undefined;

  constructor(lab: Lab, route: JudgedRoute, say: Say) {
    const options = optionsFor(lab.config);
    this.#route = route;
    this.#say = say;
    this.#judge = new ReleaseJudge(options);
    this.#counters = route.counters(lab, options.latency.edges);
  }

  /** @throws UserError where the cluster is away for longer than a minute */
  async look(lab: Lab): Promise<Look> {
    const { cluster, config } = lab;
    const callers = await this.count();
    // After the counters: what is decided goes by the route as it is now.
    const live = await patiently(cluster, { seconds: awaySeconds, say: this.#say }, () =>
      this.#route.read(cluster, config),
    );
    const conclusion = this.conclude();
    const { requests } = conclusion.numbers.canary;
    if (!this.#weight || this.#weight.percent !== live?.weights.canary)
      this.#weight = { percent: live?.weights.canary, before: requests };
    return {
      at: new Date(),
      lab,
      live,
      ...this.lately(),
      seconds: live?.since ? (Date.now() - live.since.getTime()) / 1000 : 0,
      callers,
      requestsAtWeight: requests - this.#weight.before,
      conclusion,
    };
  }

  /** Reads each caller once. @returns how many have answered */
  count(): Promise<number> {
    return this.#counters.look();
  }

  get slices(): readonly Slice[] {
    return this.#counters.slices;
  }

  conclude(): Conclusion {
    for (const slice of this.slices.slice(this.#judge.slices.length)) this.#judge.add(slice);
    return conclusionOf(this.#judge, this.#route.hasLatency);
  }

  /** What the callers' requests of the last seconds were. */
  lately(): Pick<Look, "seen" | "requestsPerSecond"> {
    const { stable, canary, seconds } = lately(this.slices, seenSeconds);
    const all = stable + canary;
    if (all === 0) return { seen: undefined, requestsPerSecond: 0 };
    return { seen: { stable: (100 * stable) / all, canary: (100 * canary) / all }, requestsPerSecond: all / seconds };
  }
}
