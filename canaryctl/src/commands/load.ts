import type { Command } from "commander";
import { openLab } from "../lab.ts";
import { print } from "../print.ts";
import { type Move, openMove } from "../strategies/table.ts";
import { type Answers, countAnswers } from "../traffic/answers.ts";
import { type Pace, sendLoad } from "../traffic/measure.ts";
import { untilInterrupted } from "../until-interrupted.ts";
import { optionsOf } from "./arguments.ts";

interface LoadFlags {
  readonly rate?: number;
  readonly for?: number;
}

/** Each part is a line, and ends by itself: after Ctrl-C nothing is sent for longer. */
const partSeconds = 5;

export async function run(command: Command): Promise<void> {
  const { rate = 50, for: seconds = 60, ...options } = optionsOf<LoadFlags>(command);
  const move = await openMove(openLab(options));
  const exec = await move.lab.client();
  print([`${rate} requests/s for ${seconds} s, from the lab's client. Ctrl-C ends it.`]);
  await untilInterrupted(async (signal) => {
    for (let left = seconds; left > 0 && !signal.aborted; left -= partSeconds) {
      const part = Math.min(left, partSeconds);
      const pace = { requestsPerSecond: rate, seconds: part };
      print([await sendPart(move, exec, pace)]);
    }
  });
}

type Exec = Awaited<ReturnType<Move["lab"]["client"]>>;

async function sendPart({ lab, strategy }: Move, exec: Exec, pace: Pace): Promise<string> {
  const { names, canaryPods } = await strategy.read(lab);
  const send = () => sendLoad(exec, lab.config, pace.requestsPerSecond * pace.seconds, pace);
  const { load, answers } = await countAnswers(exec, lab.cluster, lab.config, canaryPods, send);
  return partText({ ...load, at: new Date() }, answers, names);
}

interface Part {
  readonly at: Date;
  readonly sent: number;
  readonly skipped: number;
  readonly failed: number;
  readonly milliseconds: { readonly p95: number | null };
}

/** Such as `14:05:31  250 requests, 0 failed  v1 226 (90.4 %)  v2 24 (9.6 %)  p95 12 ms`. */
export function partText(
  { at, sent, skipped, failed, milliseconds: { p95 } }: Part,
  answers: Answers,
  names: Readonly<Record<keyof Answers, string>>,
): string {
  const all = answers.stable + answers.canary;
  const share = (side: keyof Answers) =>
    `${names[side]} ${answers[side]} (${all === 0 ? 0 : ((100 * answers[side]) / all).toFixed(1)} %)`;
  const late = skipped === 0 ? [] : [`${skipped} not sent, for answers were late`];
  return [
    at.toTimeString().slice(0, 8),
    [`${sent} requests`, `${failed} failed`, ...late].join(", "),
    share("stable"),
    share("canary"),
    p95 === null ? "no answer" : `p95 ${Math.round(p95)} ms`,
  ].join("  ");
}
