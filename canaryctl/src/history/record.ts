import { quoted } from "@canary-lab/kit/programs";
import type { Command } from "commander";
import type { Conclusion } from "../../../canary/judge/conclusion.ts";
import { textOf } from "../../../stacks/config/raw-values.ts";
import {
  type HistoryEntry,
  type ImageSource,
  type Position,
  positionOf,
  whoRuns,
} from "../../../stacks/history-entry.ts";
import { LabCommand } from "../command-line/command.ts";
import { asDeployed } from "../deployed.ts";
import { type GlobalOptions, type Lab, openForRollback } from "../lab.ts";
import { stackFileOf } from "../stack-file-of.ts";
import { isSamePosition, whyOf } from "./entry.ts";
import { recordedCommands } from "./recorded-commands.ts";
import { appendHistory, readHistory } from "./store.ts";

/** What a recording is about. */
interface Recorded {
  readonly options: GlobalOptions;
  /** Why, as it is known at the end: by the user's flag, or by what the command itself went by. */
  readonly reason: () => string | undefined;
  /** The command line, without the program. */
  readonly command: () => string;
  /** Whether it moves something only where the config has changed since the last entry. */
  readonly isUp: boolean;
  /** What the user has asked for, where the command line says it: a failed command may have left something else. */
  readonly asked?: string | undefined;
  /** Whether it has moved something; by default it has. */
  readonly hasMoved?: () => boolean;
  readonly source?: ImageSource;
  readonly judged?: Conclusion | undefined;
}

/** A command that is under way, and where the release stood before it. */
export class Recording {
  readonly #recorded: Recorded;
  readonly #before: Position | undefined;

  /** Undefined for a command that is not recorded, for one of a group, and for one that records each of its steps by itself. */
  static of(command: Command): Recording | undefined {
    const isOfGroup = command.parent?.parent !== null;
    if (isOfGroup || !recordedCommands.includes(command.name()) || isJudged(command)) return undefined;
    return new Recording({
      options: command.optsWithGlobals<GlobalOptions>(),
      reason: () => reasonOf(command),
      command: () => commandText(command),
      isUp: command.name() === "up",
      asked: command.name() === "set-traffic" ? command.args.join("/") : undefined,
      hasMoved: () => !(command instanceof LabCommand) || command.hasMoved,
    });
  }

  /**
   * Of one act of a walk by the judge, each of which is a move of its own.
   *
   * @param reason what it went by, beside the user's own reason
   */
  static ofJudged(command: Command, reason: string, judged: Conclusion | undefined): Recording {
    return new Recording({
      options: command.optsWithGlobals<GlobalOptions>(),
      reason: () => [reasonOf(command), reason].filter(Boolean).join(": "),
      command: () => commandText(command),
      isUp: false,
      judged,
    });
  }

  /** Of an image that comes from another stack. */
  static ofPromotion(promotion: {
    readonly stack: string;
    readonly command: string;
    readonly reason?: string;
    readonly source: ImageSource;
  }): Recording {
    const { command, source, reason, ...options } = promotion;
    return new Recording({ options, command: () => command, reason: () => reason, isUp: false, source });
  }

  private constructor(recorded: Recorded) {
    this.#recorded = recorded;
    this.#before = this.#position();
  }

  /**
   * Writes the entry: after the move, and never in its way. What cannot be recorded is said and fails nothing.
   *
   * @param error of a command that failed; it is recorded where it has changed the config all the same
   */
  async end(say: (line: string) => void, error?: Error): Promise<void> {
    const { options, isUp, hasMoved } = this.#recorded;
    if (hasMoved?.() === false) return;
    const to = this.#position();
    if (!to) return; // the config cannot be read, which the command itself has said
    if (error && (!this.#before || isSamePosition(this.#before, to))) return;
    try {
      const lab = await asDeployed(openForRollback(options));
      const from = isUp ? await lastPosition(lab) : (this.#before ?? null);
      if (isUp && from && isSamePosition(from, to)) return;
      const account = await lab.account?.();
      await appendHistory(lab.cluster, lab.config, { ...this.#entry(from, to, error), ...(account && { account }) });
    } catch (failure) {
      say(`warning: this is not in the history: ${(failure as Error).message}`);
    }
  }

  #position(): Position | undefined {
    try {
      return positionOf(stackFileOf(this.#recorded.options).values());
    } catch {
      return undefined;
    }
  }

  #entry(from: Position | null, to: Position, error: Error | undefined): HistoryEntry {
    const { command, source, options, reason, judged, asked } = this.#recorded;
    // Where the judge has taken the step, nothing was left out.
    const override = judged ? undefined : textOf(stackFileOf(options).values().judgeOverride);
    const why = whyOf(reason(), override, from, to);
    return {
      at: new Date().toISOString(),
      who: whoRuns(),
      command: command(),
      from,
      to,
      ...(why !== undefined && { why }),
      ...(source && { source }),
      ...(judged && { judged }),
      ...(error && asked !== undefined && { asked }),
      ...(error && { failed: error.message.split("\n")[0] ?? "" }),
    };
  }
}

/** Whether the judge walks the plan: a step that it has taken is in the history also where the walk is killed after it. */
const isJudged = (command: Command): boolean => command.opts<{ readonly judge?: boolean }>().judge === true;

const reasonOf = (command: Command): string | undefined => command.opts<{ readonly reason?: string }>().reason;

const commandText = (command: Command): string => [command.name(), ...command.args, ...flagsOf(command)].join(" ");

/** The command's own flags as they were given, without the reason, which has a place of its own. */
const flagsOf = (command: Command): readonly string[] =>
  command.options.flatMap((option) => {
    const key = option.attributeName();
    if (command.getOptionValueSource(key) !== "cli" || key === "reason") return [];
    const value: unknown = command.getOptionValue(key);
    return [value === true ? `${option.long}` : `${option.long} ${quoted(String(value))}`];
  });

async function lastPosition({ cluster, config }: Lab): Promise<Position | null> {
  const [last] = await readHistory(cluster, config);
  return last?.to ?? null;
}
