import type { Command } from "commander";
import { type ClientPod, openLab } from "../lab.ts";
import { clockTime, percent, print } from "../print.ts";
import { type Move, openMove } from "../strategies/table.ts";
import { type CountedLoad, countAnswers, unbalanced } from "../traffic/answers.ts";
import { type Pace, sendLoad } from "../traffic/measure.ts";
import { othersText, untoldText } from "../traffic/report.ts";
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
  const client = await move.lab.client();
  print([`${rate} requests/s for ${seconds} s, from the lab's client. Ctrl-C ends it.`]);
  await untilInterrupted(async (signal) => {
    for (let left = seconds; left > 0 && !signal.aborted; left -= partSeconds) {
      const part = Math.min(left, partSeconds);
      const pace = { requestsPerSecond: rate, seconds: part };
      print([await sendPart(move, client, pace)]);
    }
  });
}

async function sendPart({ lab, strategy }: Move, client: ClientPod, pace: Pace): Promise<string> {
  const { config, cluster } = lab;
  const { names, canaryPods, expected } = await strategy.read(lab);
  const send = () => sendLoad(client.exec, config, pace.requestsPerSecond * pace.seconds, pace);
  const counted = await countAnswers(client.ask, { config, cluster, canaryPods, expected }, send);
  return partText(new Date(), counted, names);
}

/** A part of a load, as it is shown. */
interface Part extends Pick<CountedLoad, "answers"> {
  readonly load: Pick<CountedLoad["load"], "sent" | "skipped" | "failed"> & {
    readonly milliseconds: { readonly p95: number | null };
  };
}

/** Such as `14:05:31Z  250 requests, 0 failed  v1 226 (90.4 %)  v2 24 (9.6 %)  p95 12 ms`. Without shares where they are not known. */
export function partText(
  at: Date,
  { load, answers }: Part,
  names: Readonly<Record<keyof CountedLoad["answers"], string>>,
): string {
  const all = answers.stable + answers.canary;
  const { others, untold } = unbalanced(all, load);
  const { sent, skipped, failed } = load;
  const { p95 } = load.milliseconds;
  const side = (side: keyof typeof answers) =>
    `${names[side]} ${answers[side]}${all > 0 && untold === 0 ? ` (${percent(answers[side] / all)})` : ""}`;
  const late = skipped === 0 ? [] : [`${skipped} not sent, for answers were late`];
  return [
    clockTime(at),
    `${[`${sent} requests`, `${failed} failed`, ...late].join(", ")}${othersText(others)}`,
    side("stable"),
    side("canary"),
    ...(untold > 0 ? [untoldText(untold, [names.stable, names.canary])] : []),
    p95 === null ? "no answer" : `p95 ${Math.round(p95)} ms`,
  ].join("  ");
}
