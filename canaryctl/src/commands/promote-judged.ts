import { createInterface } from "node:readline/promises";
import { withNext } from "@canary-lab/kit/user-error";
import type { Command } from "commander";
import { createJudgedView, type JudgedView } from "../judged/judged-view.ts";
import { type PromotionLease, takeLease } from "../judged/lease.ts";
import { judgedRoute, Observer } from "../judged/observer.ts";
import { type Acts, type Ending, type Walked, walk } from "../judged/walk.ts";
import { type GlobalOptions, openLab } from "../lab.ts";
import { print, say } from "../print.ts";
import { nothingToPromote } from "../strategies/refusals.ts";
import { type Move, openMove } from "../strategies/table.ts";
import { untilInterrupted } from "../until-interrupted.ts";
import { type OverloadFlag, optionsOf, overloadOf } from "./arguments.ts";
import { rollBack } from "./rollback.ts";
import { runMove } from "./run-move.ts";

/** What a script learns from the exit code. */
const judgedExitCodes: Readonly<Record<Ending, number>> = {
  promoted: 0,
  "rolled back": 3,
  held: 4,
  "no verdict": 5,
  interrupted: 130,
};

interface JudgedFlags extends OverloadFlag {
  readonly json?: boolean;
  readonly patience?: number;
}

/** How long a step waits for a verdict after its bake time, in seconds. */
const defaultPatience = 600;

/** Walks the plan by the judge's verdicts to its end, and sets the exit code of the process. */
export async function promoteJudged(command: Command): Promise<void> {
  const { json, patience = defaultPatience, ...options } = optionsOf<JudgedFlags>(command);
  const open = () => openMove(openLab(options, overloadOf(options)));
  const move = await open();
  const route = judgedRoute(move);
  if (!move.lab.config.canaryEnabled) throw nothingToPromote(move.lab);
  const observer = new Observer(move.lab, route, say);
  const lease = await takeLease(move.lab.cluster, move.lab.config);
  const view = createJudgedView({ json: json ?? false });
  let walked: Walked;
  try {
    walked = await untilInterrupted((signal) =>
      walk(observer, actsOf({ open, options, lease, view }), route, {
        say,
        show: view.show,
        signal,
        patienceSeconds: patience,
      }),
    );
  } finally {
    view.end();
    await lease.end().catch(() => {}); // it ends by itself, later
  }
  const { reason = "" } = command.opts<{ readonly reason?: string }>();
  command.setOptionValue("reason", [reason, walked.reason].filter(Boolean).join(": ")); // for the history
  process.exitCode = judgedExitCodes[walked.ending];
  print(json ? [JSON.stringify({ at: new Date().toISOString(), ...walked })] : [endText(walked)]);
}

interface Means {
  readonly open: () => Promise<Move>;
  readonly options: GlobalOptions;
  readonly lease: PromotionLease;
  /** It is ended before anything else is printed, and drawn anew below that. */
  readonly view: JudgedView;
}

function actsOf({ open, options, lease, view }: Means): Acts {
  const act = async (name: "promote" | "promoteFully") => {
    view.end();
    const done = await runMove(await open(), (strategy, lab) => strategy[name](lab, say));
    return done.split("\n")[0] ?? ""; // without what a person is to run next: the walk does that
  };
  return {
    open: async () => (await open()).lab,
    promote: () => act("promote"),
    finish: () => act("promoteFully"),
    rollBack: () => {
      view.end();
      return rollBack(options, (lines) => lines.forEach(say));
    },
    renew: () => lease.renew(),
    onInterrupt: () => {
      view.end();
      return askInterrupted();
    },
  };
}

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
    case "held":
      return withNext(
        `Held. ${reason}`,
        "npx canaryctl status",
        "npx canaryctl promote --judge",
        "npx canaryctl rollback",
      );
    case "no verdict":
      return withNext(
        `No verdict, so nothing advances. ${reason}`,
        "npx canaryctl promote --judge",
        "npx canaryctl promote --reason seen",
        "npx canaryctl rollback",
      );
    case "interrupted":
      return withNext(`Not promoted any more. ${reason}`, "npx canaryctl promote --judge", "npx canaryctl rollback");
  }
}
