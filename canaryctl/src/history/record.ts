import { hostname, userInfo } from "node:os";
import type { Command } from "commander";
import { asDeployed } from "../deployed.ts";
import { type GlobalOptions, type Lab, openForRollback } from "../lab.ts";
import { StackFile } from "../stack-file.ts";
import { type HistoryEntry, isSamePosition, type Position, positionOf } from "./entry.ts";
import { appendHistory, readHistory } from "./store.ts";

/** The commands that move traffic or release. `up` does where the config has changed since the last entry. */
const recordedCommands = [
  "up",
  "set-traffic",
  "create-canary",
  "promote",
  "rollback",
  "abort",
  "retry",
  "undo",
  "delete-canary",
];

interface RecordedOptions extends GlobalOptions {
  readonly reason?: string;
}

/** Gives `--reason` to each command that is recorded. */
export function addReasonFlags(program: Command): void {
  for (const command of program.commands) {
    if (recordedCommands.includes(command.name())) {
      command.option("--reason <text>", "why; kept with the entry that `canaryctl history` shows");
    }
  }
}

/** A command that is under way, and where the release stood before it. */
export class Recording {
  readonly #command: Command;
  readonly #before: Position | undefined;

  /** Undefined for a command that is not recorded, and for one of a group. */
  static of(command: Command): Recording | undefined {
    const isOfGroup = command.parent?.parent !== null;
    return !isOfGroup && recordedCommands.includes(command.name()) ? new Recording(command) : undefined;
  }

  private constructor(command: Command) {
    this.#command = command;
    this.#before = this.#position();
  }

  /**
   * Writes the entry: after the move, and never in its way. What cannot be recorded is said and fails nothing.
   *
   * @param error of a command that failed; it is recorded where it has changed the config all the same
   */
  async end(say: (line: string) => void, error?: Error): Promise<void> {
    const to = this.#position();
    if (!to) return; // the config cannot be read, which the command itself has said
    if (error && (!this.#before || isSamePosition(this.#before, to))) return;
    try {
      const lab = await asDeployed(openForRollback(this.#options()));
      const from = this.#command.name() === "up" ? await lastPosition(lab) : (this.#before ?? null);
      if (this.#command.name() === "up" && from && isSamePosition(from, to)) return;
      await appendHistory(lab.cluster, lab.config, this.#entry(from, to, error));
    } catch (failure) {
      say(`warning: this is not in the history: ${(failure as Error).message}`);
    }
  }

  #options(): RecordedOptions {
    return this.#command.optsWithGlobals<RecordedOptions>();
  }

  #position(): Position | undefined {
    try {
      return positionOf(new StackFile(this.#options().stack).values());
    } catch {
      return undefined;
    }
  }

  #entry(from: Position | null, to: Position, error: Error | undefined): HistoryEntry {
    const { reason } = this.#options();
    return {
      at: new Date().toISOString(),
      who: `${process.env.SUDO_USER || userInfo().username}@${hostname()}`,
      command: [this.#command.name(), ...this.#command.args, ...flagsOf(this.#command)].join(" "),
      from,
      to,
      ...(reason !== undefined && { why: reason }),
      ...(error && { failed: error.message.split("\n")[0] ?? "" }),
    };
  }
}

/** The command's own flags as they were given, without the reason, which has a place of its own. */
const flagsOf = (command: Command): readonly string[] =>
  command.options.flatMap((option) => {
    const key = option.attributeName();
    if (command.getOptionValueSource(key) !== "cli" || key === "reason") return [];
    const value: unknown = command.getOptionValue(key);
    return [value === true ? `${option.long}` : `${option.long} ${value}`];
  });

async function lastPosition({ cluster, config }: Lab): Promise<Position | null> {
  const [last] = await readHistory(cluster, config);
  return last?.to ?? null;
}
