import type { Table } from "../../canary/judge/counts.ts";
import { Judge } from "../../canary/judge/judge.ts";

/** A rule looks at each second of a release, and says when it stops it. */
type Rule = () => { readonly add: (second: Table) => "fail" | "pass" | undefined };

/**
 * So many bad looks fail, each over `window` seconds at every `every`-th second: the shape of all rules that compare a share with a limit.
 * The share must be above it by so many standard errors.
 */
const threshold =
  (window: number, every: number, misses: number, enough: number, standardErrors = 0): Rule =>
  () => {
    const seen: Table["canary"][] = [];
    let bad = 0;
    let seconds = 0;
    return {
      add: ({ canary }) => {
        seen.push(canary);
        if (seen.length > window) seen.shift();
        seconds += 1;
        if (seconds < window || seconds % every !== 0) return undefined;
        const requests = seen.reduce((sum, each) => sum + each.requests, 0);
        const errors = seen.reduce((sum, each) => sum + each.bad, 0);
        const chance = standardErrors * Math.sqrt(0.01 * 0.99 * requests);
        if (requests >= enough && errors > 0.01 * requests + chance) bad += 1;
        return bad >= misses ? "fail" : undefined;
      },
    };
  };

/** Kayenta's judge: one-minute error rates of both sides by Mann-Whitney at 0.98, higher by more than a quarter of the shift. */
const kayenta =
  (minutes: number): Rule =>
  () => {
    let control: number[] = [];
    let experiment: number[] = [];
    let minute = { stable: { requests: 0, bad: 0 }, canary: { requests: 0, bad: 0 } };
    let seconds = 0;
    return {
      add: ({ stable, canary }) => {
        minute.stable.requests += stable.requests;
        minute.stable.bad += stable.bad;
        minute.canary.requests += canary.requests;
        minute.canary.bad += canary.bad;
        seconds += 1;
        if (seconds % 60 !== 0) return undefined;
        control.push(minute.stable.bad / Math.max(1, minute.stable.requests));
        experiment.push(minute.canary.bad / Math.max(1, minute.canary.requests));
        minute = { stable: { requests: 0, bad: 0 }, canary: { requests: 0, bad: 0 } };
        if (control.length < minutes) return undefined;
        const differences = experiment.flatMap((one) => control.map((other) => one - other)).sort((a, b) => a - b);
        control = [];
        experiment = [];
        const deviation = Math.sqrt((minutes * minutes * (2 * minutes + 1)) / 12);
        const lower = differences[Math.max(0, Math.floor((minutes * minutes) / 2 - 2.326 * deviation))] ?? 0;
        const middle = differences[Math.floor(differences.length / 2)] ?? 0;
        return lower > 0.25 * Math.abs(middle) ? "fail" : undefined;
      },
    };
  };

const judge: Rule = () => {
  const each = new Judge();
  return {
    add: (second) => {
      each.add({ seconds: 1, ...second });
      if (each.failed) return "fail";
      return each.passEvidence.errors >= each.passBound ? "pass" : undefined;
    },
  };
};

export const rules: Readonly<Record<string, Rule>> = {
  judge,
  "`analysisBy: objective`: 1 min, 4 standard errors": threshold(60, 60, 1, 100, 4),
  "1 min every 15 s, second miss": threshold(60, 15, 2, 100),
  "Flagger's shape, 1 miss": threshold(60, 60, 1, 1),
  "Flagger's shape, 5 misses": threshold(60, 60, 5, 1),
  "Argo success-rate template at 99 %": threshold(300, 300, 4, 1), // interval 5m, failureLimit 3
  "Kayenta, 10 min": kayenta(10),
  "Kayenta, 1 h (longer than the release)": kayenta(60),
};
