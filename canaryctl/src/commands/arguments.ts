import { type Command, InvalidArgumentError } from "commander";
import { parseDuration } from "../../../canary/duration.ts";
import type { ConfigChanges, GlobalOptions } from "../lab.ts";

/** Reads an argument as a number, and knows what was perhaps meant by a text that it refuses. */
type Reader = ((text: string) => number) & { readonly meant: (text: string) => string | undefined };

export const reader = (read: (text: string) => number, meant: Reader["meant"]): Reader =>
  Object.assign(read, { meant });

/** Reads an argument that must be a whole number in a range. */
export const wholeNumber = (lowest: number, highest: number): Reader =>
  reader(
    (text) => {
      const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= lowest && value <= highest) return value;
      throw new InvalidArgumentError(`Allowed: an integer from ${lowest} to ${highest}.`);
    },
    (text) => {
      const value = Math.round(Number.parseFloat(text));
      return Number.isNaN(value) ? undefined : String(Math.min(Math.max(value, lowest), highest));
    },
  );

/** Reads an argument that is a share, from 0 to 1. */
export const share: Reader = reader(
  (text) => {
    const value = /^(0|1|0?\.\d{1,6}|1\.0+)$/.test(text) ? Number(text) : Number.NaN;
    if (value >= 0 && value <= 1) return value;
    throw new InvalidArgumentError("Allowed: a number from 0 to 1, such as 0.3.");
  },
  (text) => {
    const value = Number.parseFloat(text.replace(",", "."));
    const isPercent = value > 1 || text.endsWith("%");
    return value >= 0 && value <= 100 ? String(isPercent ? value / 100 : value) : undefined;
  },
);

/** Reads an argument that is a time, such as `10m`, in seconds. */
export const duration: Reader = reader(
  (text) => {
    const seconds = parseDuration(text);
    if (seconds !== undefined) return seconds;
    throw new InvalidArgumentError("Allowed: a time such as 30s, 10m or 1h.");
  },
  (text) => {
    const [, number, unit = "s"] = /^(\d+)\s*([smh]?)$/.exec(text) ?? [];
    return number && `${number}${unit || "s"}`;
  },
);

/** A command's own options together with those that every command has. */
export const optionsOf = <Own>(command: Command): GlobalOptions & Own => command.optsWithGlobals<GlobalOptions & Own>();

/** Whether the command line itself names the stack. */
export const isStackNamed = (command: Command): boolean => command.getOptionValueSourceWithGlobals("stack") === "cli";

/** The flags by which users name the route; they are checked against the stack's when it is opened. */
export const addRouteFlags = (command: Command): Command =>
  command
    .option("--vs <name>", "the VirtualService; must be this stack's (<app>-virtualservice)")
    .option("--host <name>", "the host whose traffic is split; must be this stack's (<app>)");

export interface OverloadFlag {
  readonly allowOverload?: boolean;
}

/** The flag that lets one move pass which the pods are too few for; for all moves it is the key `allowOverload`. */
export const addOverloadFlag = (command: Command): Command =>
  command.option("--allow-overload", "also where the ready pods of a side are too few for its share");

export const overloadOf = ({ allowOverload }: OverloadFlag): ConfigChanges => (allowOverload ? { allowOverload } : {});

/** What can begin a release, or a part of one, that goes on without the command. */
export const addFollowFlag = (command: Command): Command =>
  command.option(
    "--follow",
    "then show a Rollout's release until it ends or waits for a person, and write it to the config where it is finished; Ctrl-C leaves it running",
  );

export const isFollowed = (command: Command): boolean => command.opts<{ readonly follow?: boolean }>().follow === true;

/** The end of a help text. */
export const examples = (...lines: readonly string[]): string =>
  `\nExamples:\n${lines.map((line) => `  $ ${line}`).join("\n")}`;
