import { exitCodes, judgedExitCodes, watchedExitCodes } from "../canaryctl/src/exit-codes.ts";
import { exitCodeOf } from "../canaryctl/src/preview/exit-code.ts";
import type { Outcome } from "../canaryctl/src/preview/outcome.ts";
import { generatedPage, table } from "./markdown.ts";

type Words<Key extends string> = Readonly<Record<Key, string>>;

const ofEach: Words<keyof typeof exitCodes> = {
  done: "it was done",
  failed: "an error, which says what to run next; nothing half-applied is left behind",
  usage: "the command line cannot be meant: an unknown command or flag, or a value that is not allowed",
  interrupted: "Ctrl-C; of a command that only watches nothing else stops",
};

const ofPromotion: Words<keyof typeof judgedExitCodes> = {
  promoted: "the release is finished: all traffic is at the new version",
  "rolled back": "the judge failed the canary, and the traffic is at the stable version",
  held: "somebody else moved the traffic or changed the release",
  "waits for a person": "the judge passed the canary at a step with `bake: manual`",
  "no verdict": "too little traffic within `--patience`: the traffic stays as it is",
  interrupted: "Ctrl-C; on a terminal it asks whether to hold or to roll back",
};

const ofWatching: Words<keyof typeof watchedExitCodes> = {
  finished: "the release is finished",
  waiting: "the release waits for a person",
  failed: "the release was aborted, or has failed",
  interrupted: "Ctrl-C, which stops nothing but the watching",
};

const ofPreview: Words<Outcome> = {
  "no-change": "nothing changes",
  changes: "something changes",
  refused: "an update would be refused: a guard, the config's rules, a policy",
  failed: "a preview failed",
  "not-made":
    "a preview could not be made here: no cluster, no passphrase, a missing permission, no such stack, or one that no `up` has made yet. That says nothing of the change",
};

const entries = <Key extends string>(words: Words<Key>) => Object.entries(words) as [Key, string][];

const rows = <Key extends string>(words: Words<Key>, codes: Readonly<Record<Key, number>>) =>
  entries(words).map(([key, meaning]) => [String(codes[key]), meaning]);

export const exitCodesPage = (): string =>
  generatedPage(
    "Exit codes",
    "canaryctl/src/exit-codes.ts and canaryctl/src/preview/exit-code.ts",
    "## Every command",
    table(["code", "meaning"], rows(ofEach, exitCodes)),
    "`status` and `stack list` end with 1 where something is not as it should be, too, and `doctor` where a finding is at least as severe as `--fail-on` says.",
    "## promote --judge",
    table(["code", "meaning"], rows(ofPromotion, judgedExitCodes)),
    "## status --watch, and --follow",
    table(["code", "meaning"], rows(ofWatching, watchedExitCodes)),
    "## preview --markdown and --json",
    "Of several stacks, the first of 1, 3, 2 that one of them has.",
    table(
      ["code", "with `--detailed-exitcode`", "meaning"],
      entries(ofPreview).map(([outcome, meaning]) => [
        ...[false, true].map((isDetailed) => String(exitCodeOf([{ outcome }], isDetailed))),
        meaning,
      ]),
    ),
  );
