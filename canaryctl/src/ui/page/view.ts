import type { ActView, ReleaseView, Snapshot } from "../snapshot.ts";

/** What the page's controls show and offer of a release. */
export interface Offers {
  readonly has: (name: ActView["name"]) => boolean;
  /** Percent of the canary at which the slider stands: what is asked for, else what is. */
  readonly weight: number;
  /** The weight that `promote` goes to, where a plan says it. */
  readonly next: number | undefined;
}

export function offersOf({ acts, wanted, live, plan }: ReleaseView): Offers {
  const weight = Math.round((wanted ?? live)?.canary ?? 0);
  return {
    has: (name) => acts.includes(name),
    weight,
    next: wanted ? plan.find((stage) => stage.weight > weight)?.weight : undefined,
  };
}

/** The application that the page's acts are about, where the stack has several; undefined where it has one. */
export const oneOfSeveral = ({
  stack,
  service,
  applications: { own, services },
}: Pick<Snapshot, "stack" | "service" | "applications">): string | undefined =>
  service ?? (services.length > 0 ? (own ?? stack) : undefined);

/** The stage of the plan at which a share stands, as an index; -1 before the first one. */
export const stageAt = (plan: ReleaseView["plan"], percent: number): number =>
  plan.findLastIndex(({ weight }) => weight <= Math.round(percent));

/** What a command said, for one who only hears it: the outcome and the first line of a refusal. */
export function spoken({ command, state, output }: ActView): string {
  const lines = output.split("\n");
  if (state === "running") return `${command} has begun.`;
  if (state === "done") return `${command}: done. ${lines.at(-1) ?? ""}`;
  return `${command} was refused or has failed. ${lines.find((line) => line.startsWith("error:")) ?? lines[0] ?? ""}`;
}

/** Such as `42 s` or `3 min`, from an ISO time to now. */
export function agoText(since: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(since)) / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
