import { setTimeout as pause } from "node:timers/promises";
import { UserError } from "@canary-lab/kit/user-error";
import { formatDuration } from "../../../canary/duration.ts";
import { judgeConfig, optionsFor } from "../../../canary/judge/config.ts";
import { requestsToPass } from "../../../canary/judge/forecast.ts";
import { type Act, nextAct } from "../../../canary/judge/next-act.ts";
import { bakeAt, bakeOf, nextWeight } from "../../../canary/plan/plan.ts";
import { isSameShare, shareText } from "../../../stacks/live/proxies/share.ts";
import type { Lab } from "../lab.ts";
import type { Say } from "../strategies/strategy.ts";
import { isStopped } from "../strategies/weights/promote.ts";
import { askedShare, type Route } from "../traffic/route.ts";
import type { Look, Observer } from "./observer.ts";

/** What acts on a release; each opens the stack anew, for others may have changed it. */
export interface Acts {
  open(): Promise<Lab>;
  /**
   * One step of the plan, or all that is left of it.
   *
   * @param judged the look that it goes by, at the stack as it was then
   * @returns what was done; undefined, with nothing touched, where the stack is another one now
   */
  promote(judged: Look): Promise<string | undefined>;
  finish(judged: Look): Promise<string | undefined>;
  /** The image whose release this promotion, or one before that was killed, has begun to finish; undefined where none has. */
  readonly finishing: string | undefined;
  /** @param judged the look that it goes by; undefined where the user asks for it, with that reason */
  rollBack(reason: string, judged?: Look): Promise<void>;
  /** Before each act. @throws UserError where another promotion has the plan now */
  renew(): Promise<void>;
  /** Of a user who interrupts. */
  onInterrupt(): Promise<"hold" | "roll back">;
}

export type Ending = "promoted" | "rolled back" | "waits for a person" | "held" | "no verdict" | "interrupted";

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
/** When a step that was refused is tried again; the canary is judged meanwhile as ever. */
const afterRefusalMilliseconds = 5000;

/**
 * Walks the plan by the judge's verdicts, from wherever the release stands: a walk that was killed goes on where it was, for the step and
 * when it began stand in the cluster. The evidence begins anew then; a release that was being finished is finished, for at 100 % there is
 * none any more, and the judge had passed it. A step that is refused, as while an alert fires, or fails on its way is
 * tried again for as long as a verdict is waited for.
 *
 * @throws UserError where a rollback fails, where another promotion has the plan, and where the cluster is away for a minute
 */
export async function walk(
  observer: Pick<Observer, "look">,
  acts: Acts,
  route: Route,
  options: WalkOptions,
): Promise<Walked> {
  const { say, show, signal, patienceSeconds } = options;
  let lab = await acts.open();
  const tellOutlook = once(outlookText, say);
  let refused: Refused | undefined;
  for (;;) {
    if (signal.aborted) return interrupted(acts);
    const look = await observer.look(lab);
    const { canaryWeight, plan } = lab.config;
    const resumes = isFinishing(look, acts, route);
    if (!look.live || !(resumes || isSameShare(askedShare(look.live), route.wanted(lab.config))))
      return moved(look, route);
    const due = resumes
      ? "advance"
      : nextAct({
          weight: canaryWeight,
          bake: bakeOf(plan, canaryWeight),
          seconds: look.seconds,
          verdict: look.conclusion.verdict,
          requests: look.requestsAtWeight,
          patienceSeconds,
        });
    const act = due === "advance" && refused && performance.now() < refused.triedAgain ? "wait" : due;
    show(look, act);
    tellOutlook(look);
    const reason = resumes ? passedBefore : look.conclusion.reason;
    switch (act) {
      case "roll back":
        await acts.rollBack(reason, look);
        return { ending: "rolled back", reason };
      case "give up":
        return { ending: "no verdict", reason };
      case "ask":
        return {
          ending: "waits for a person",
          reason: `The plan keeps ${canaryWeight} % until somebody promotes. ${reason}`,
        };
      case "advance": {
        await acts.renew();
        const next = nextWeight(plan, canaryWeight);
        const isLast = resumes || next === undefined || (next === 100 && bakeOf(plan, next) === 0);
        try {
          const done = await (isLast ? acts.finish(look) : acts.promote(look));
          refused = undefined;
          if (done !== undefined) say(done);
          if (done !== undefined && isLast) return { ending: "promoted", reason };
        } catch (error) {
          if (!(error instanceof UserError) || signal.aborted) throw error;
          refused = refusedOnceMore(refused);
          if (performance.now() - refused.since > patienceSeconds * 1000)
            return { ending: "held", reason: error.message };
          say(`The step is not taken now: ${error.message}`);
        }
        lab = await acts.open();
        break;
      }
      case "wait":
        await acts.renew();
        await pause(betweenLooksMilliseconds, undefined, { signal }).catch(() => {});
    }
  }
}

/** A step that was not taken: since when, and when it is tried again; in milliseconds of this process. */
interface Refused {
  readonly since: number;
  readonly triedAgain: number;
}

function refusedOnceMore(before: Refused | undefined): Refused {
  const now = performance.now();
  return { since: before?.since ?? now, triedAgain: now + afterRefusalMilliseconds };
}

/** Why a release is finished that has no evidence any more. */
export const passedBefore = "The judge had passed it when it began to be finished.";

/** Whether a promotion was stopped while it finished this release. A rollback since then has taken the traffic elsewhere, and has the last word. */
const isFinishing = ({ lab, live }: Look, { finishing }: Acts, route: Route): boolean =>
  live !== undefined && finishing === lab.config.canaryImage && isStopped(lab, route, live);

/** Somebody else has moved the traffic: who walks the plan does not take that back. */
function moved({ live, lab }: Look, route: Route): Walked {
  const now = live ? `at ${shareText(live.weights)}, by ${live.owner}` : "gone";
  return {
    ending: "held",
    reason: `The route is ${now}, and the config asks for ${shareText(route.wanted(lab.config))}: somebody else has moved the traffic, or a step was stopped on its way.`,
  };
}

async function interrupted(acts: Acts): Promise<Walked> {
  if ((await acts.onInterrupt()) === "hold") return { ending: "interrupted", reason: "The traffic stays where it is." };
  const reason = "You have asked for it.";
  await acts.rollBack(reason);
  return { ending: "rolled back", reason };
}

/**
 * What is said before anything is waited for: where the first step lasts longer than the plan says, for a verdict needs more requests than
 * come in its bake time. The evidence of a step counts in the steps after it.
 */
export function outlookText({ lab, requestsPerSecond, conclusion }: Look): string | undefined {
  const { canaryWeight, plan } = lab.config;
  const requests = requestsToPass(judgeConfig(optionsFor(lab.config))) - conclusion.numbers.canary.requests;
  const seconds = Math.ceil(requests / (requestsPerSecond * (canaryWeight / 100)));
  const bake = bakeAt(plan, canaryWeight);
  if (!Number.isFinite(seconds) || seconds <= bake) return undefined;
  return `At the present ${Math.round(requestsPerSecond)} requests/s a verdict at ${canaryWeight} % takes about ${seconds} s or more${bake > 0 ? `: longer than the ${formatDuration(bake)} that the plan keeps it` : ""}.`;
}

/** Says a text the first time that requests are seen. */
function once(textOf: (look: Look) => string | undefined, say: Say): (look: Look) => void {
  let isSaid = false;
  return (look) => {
    if (isSaid || look.requestsPerSecond === 0 || look.lab.config.canaryWeight === 0) return;
    isSaid = true;
    const text = textOf(look);
    if (text) say(text);
  };
}
