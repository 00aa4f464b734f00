import { createInterface } from "node:readline/promises";
import { withNext } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { configProblems } from "../../../stacks/config/parse-config.ts";
import { judgedExitCodes } from "../exit-codes.ts";
import { Recording } from "../history/record.ts";
import { createJudgedView } from "../judged/judged-view.ts";
import { type PromotionLease, takeLease } from "../judged/lease.ts";
import { judgedRoute, type Look, Observer } from "../judged/observer.ts";
import { type Acts, passedBefore, type Walked, walk } from "../judged/walk.ts";
import { type ConfigChanges, type GlobalOptions, type Lab, openLab } from "../lab.ts";
import { takeTurn } from "../move-turn.ts";
import { print, say } from "../print.ts";
import { nothingToPromote } from "../strategies/refusals.ts";
import { type Move, openMove } from "../strategies/table.ts";
import { patiently } from "../traffic/patiently.ts";
import { untilInterrupted } from "../until-interrupted.ts";
import { UsageError } from "../usage-error.ts";
import { type OverloadFlag, optionsOf, overloadOf } from "./arguments.ts";
import { rollBack } from "./rollback.ts";
import { runMove } from "./run-move.ts";

interface JudgedFlags extends OverloadFlag {
  readonly json?: boolean;
  readonly patience?: number;
  readonly plan?: string;
}

/** How long a step waits for a verdict after its bake time, in seconds. */
const defaultPatience = 600;

/** How long the API server may be away between two acts, in seconds. */
const awaySeconds = 60;

/** Walks the plan by the judge's verdicts to its end, and sets the exit code of the process. */
export async function promoteJudged(command: Command): Promise<void> {
  const { json, patience = defaultPatience, plan, ...options } = optionsOf<JudgedFlags>(command);
  const changes = { ...overloadOf(options), ...planOf(plan) };
  const openNow = () => {
    const lab = openLab(options, changes);
    return openMove(plan === undefined ? lab : { ...lab, plan: lab.config.plan });
  };
  const move = await openNow();
  const route = judgedRoute(move);
  if (!move.lab.config.canaryEnabled) throw nothingToPromote(move.lab);
  const view = createJudgedView({ json: json ?? false });
  // What is said stands above the view, which is drawn anew below it.
  const tell = (line: string) => {
    view.end();
    say(line);
  };
  const open = () => patiently(move.lab.cluster, { seconds: awaySeconds, say: tell }, openNow);
  const observer = new Observer(move.lab, route, tell);
  const lease = await takeLease(move.lab.cluster, move.lab.config);
  let walked: Walked;
  let last: Look | undefined;
  try {
    walked = await untilInterrupted((signal) =>
      walk(observer, actsOf({ command, open, options, lease, tell }), route, {
        say: tell,
        show: (look, act) => {
          last = look;
          view.show(look, act);
        },
        signal,
        patienceSeconds: patience,
      }),
    );
  } catch (error) {
    if (json)
      print([JSON.stringify({ at: new Date().toISOString(), ending: "failed", reason: (error as Error).message })]);
    throw error;
  } finally {
    view.end();
    await lease.end().catch(() => {}); // it ends by itself, later
  }
  if (!isMoved(walked)) await Recording.ofJudged(command, walked.reason, last?.conclusion).end(say);
  process.exitCode = judgedExitCodes[walked.ending];
  print(json ? [JSON.stringify({ at: new Date().toISOString(), ...walked })] : [endText(walked)]);
}

/** The plan of this walk, in place of the config's. @throws UsageError */
function planOf(plan: string | undefined): ConfigChanges {
  if (plan === undefined) return {};
  const problems = configProblems({ plan });
  if (problems.length === 0) return { plan };
  throw new UsageError(problems.join(" "), { place: "--plan", next: "npx canaryctl promote --judge --plan 10-30-60" });
}

/** Whether the last act was a move, which the history has. */
const isMoved = ({ ending }: Walked): boolean => ending === "promoted" || ending === "rolled back";

interface Means {
  readonly command: Command;
  readonly open: () => Promise<Move>;
  readonly options: GlobalOptions;
  readonly lease: PromotionLease;
  readonly tell: (line: string) => void;
}

function actsOf({ command, open, options, lease, tell }: Means): Acts {
  const act = async (
    name: "promote" | "promoteFully",
    { lab: judged, conclusion }: Look,
    reason = conclusion.reason,
  ) => {
    const endTurn = await takeTurn(["promote", "--judge"], options, { tell });
    try {
      const move = await open();
      if (!isSameStep(move.lab, judged)) return undefined;
      const isFirst = judged.config.canaryWeight === 0;
      const recording = isFirst
        ? Recording.ofJudged(command, "The plan begins.", undefined)
        : Recording.ofJudged(command, reason, conclusion);
      const done = await recorded(recording, tell, () =>
        runMove(move, (strategy, lab) => strategy[name](lab, tell, { judged: true })),
      );
      return done.split("\n")[0] ?? ""; // without what a person is to run next: the walk does that
    } finally {
      endTurn();
    }
  };
  return {
    open: async () => (await open()).lab,
    promote: (judged) => act("promote", judged),
    get finishing() {
      return lease.finishing;
    },
    finish: async (judged) => {
      const { lab, conclusion } = judged;
      await lease.noteFinishing(lab.config.canaryImage);
      return act("promoteFully", judged, conclusion.verdict === "pass" ? conclusion.reason : passedBefore);
    },
    rollBack: async (reason, judged) => {
      await recorded(Recording.ofJudged(command, reason, judged?.conclusion), tell, () =>
        rollBack(options, (lines) => lines.forEach(tell)),
      );
    },
    renew: () => lease.renew(),
    onInterrupt: () => {
      tell("Interrupted.");
      return askInterrupted();
    },
  };
}

/** Acts, then writes that into the history, also where it failed on its way. */
async function recorded<T>(recording: Recording, tell: (line: string) => void, act: () => Promise<T>): Promise<T> {
  try {
    const done = await act();
    await recording.end(tell);
    return done;
  } catch (error) {
    await recording.end(tell, error as Error);
    throw error;
  }
}

/** Whether a stack stands where it was judged: another weight, image or plan has no verdict. */
const isSameStep = ({ config: now }: Lab, { config: judged }: Lab): boolean =>
  now.canaryWeight === judged.canaryWeight &&
  now.canaryImage === judged.canaryImage &&
  JSON.stringify(now.plan) === JSON.stringify(judged.plan);

/** On a terminal the user says what becomes of the canary; elsewhere the traffic stays. */
async function askInterrupted(): Promise<"hold" | "roll back"> {
  if (!process.stdin.isTTY) return "hold";
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await asking.question("Leave the traffic where it is, or roll back? [hold/rollback] ");
    return /^r/i.test(answer.trim()) ? "roll back" : "hold";
  } catch {
    return "hold"; // Ctrl-C once more
  } finally {
    asking.close();
  }
}

function endText({ ending, reason }: Walked): string {
  switch (ending) {
    case "promoted":
      return `Promoted by the judge. ${reason}`;
    case "rolled back":
      return `Rolled back by the judge. ${reason}`;
    case "waits for a person":
      return withNext(`Held. ${reason}`, "npx canaryctl promote", "npx canaryctl rollback");
    case "held":
      return withNext(`Held. ${reason}`, "npx canaryctl status", "npx canaryctl up", "npx canaryctl rollback");
    case "no verdict":
      return withNext(
        `No verdict, so nothing advances. ${reason}`,
        "npx canaryctl status",
        "npx canaryctl promote --judge",
        "npx canaryctl promote --full",
        "npx canaryctl rollback",
      );
    case "interrupted":
      return withNext(`Not promoted any more. ${reason}`, "npx canaryctl promote --judge", "npx canaryctl rollback");
  }
}
