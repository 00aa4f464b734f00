import { hostname, userInfo } from "node:os";
import type { Conclusion } from "../../../canary/judge/conclusion.ts";
import { reportedVersion } from "../../../components/image/render-built-image.ts";

/** Where a release stands by the stack's config: what a move changes. */
export interface Position {
  readonly strategy: string;
  readonly canaryWeight: string;
  readonly canaryEnabled: string;
  readonly stableImage: string;
  readonly canaryImage: string;
}

/** An image that runs in another stack. */
export interface ImageSource {
  readonly stack: string;
  /** As the workload there names it. */
  readonly image: string;
  readonly digest: string;
  /** Of the checkout in which the command ran; null outside of a repository. */
  readonly commit: string | null;
}

/** Such as `from dev: sha256:…, commit 0a1b2c3d4e5f`. */
export const sourceText = ({ stack, digest, commit }: ImageSource): string =>
  `from ${stack}: ${digest}${commit === null ? "" : `, commit ${commit.slice(0, 12)}`}`;

/** One release or move, as it is kept in the cluster. */
export interface HistoryEntry {
  /** When it ended, as an ISO time. */
  readonly at: string;
  /** The user and the machine. */
  readonly who: string;
  /** The command line, without the program. */
  readonly command: string;
  /** Null where nothing was recorded before. */
  readonly from: Position | null;
  readonly to: Position;
  /** The text of `--reason`. */
  readonly why?: string;
  /** Where the image of a promotion between stacks comes from. */
  readonly source?: ImageSource;
  /** What went wrong after it had moved something. */
  readonly failed?: string;
  /** What the judge said of the canary at that moment, and by which numbers; an upper bound that is not there is null in JSON. */
  readonly judged?: Conclusion;
}

const keys = ["strategy", "canaryWeight", "canaryEnabled", "stableImage", "canaryImage"] as const;

/** @param values the stack's config, with the project's defaults */
export const positionOf = (values: Readonly<Record<string, unknown>>): Position =>
  Object.fromEntries(keys.map((key) => [key, String(values[key] ?? "")])) as Record<(typeof keys)[number], string>;

export const isSamePosition = (one: Position, other: Position): boolean => keys.every((key) => one[key] === other[key]);

/** The reason of a command, and for a rise the one by which the config has the judge left out. */
export function whyOf(
  reason: string | undefined,
  judgeOverride: string | undefined,
  from: Position | null,
  to: Position,
): string | undefined {
  const before = Number(from?.canaryWeight ?? 0);
  const isJudged = before > 0 && Number(to.canaryWeight) > before;
  const override = isJudged && judgeOverride ? `judge overridden: ${judgeOverride}` : undefined;
  return [reason, override].filter(Boolean).join("; ") || undefined;
}

/** The user and the machine. */
export const whoRuns = (): string => `${process.env.SUDO_USER || userInfo().username}@${hostname()}`;

/** What two positions differ in, as a person would say it: such as `90/10` and `70/30`, or the image that became stable. */
export function changeText(from: Position | null, to: Position): { readonly from: string; readonly to: string } {
  const changed = keys.filter((key) => from?.[key] !== to[key]);
  // A move that the config does not show, such as an abort, happened at a place.
  const shown = changed.length > 0 ? changed : (["canaryWeight"] as const);
  const text = (position: Position) => shown.map((key) => texts[key](position[key])).join(", ");
  return { from: from ? text(from) : "-", to: text(to) };
}

const texts: Readonly<Record<keyof Position, (value: string) => string>> = {
  strategy: (value) => value,
  canaryWeight: (value) => `${100 - Number(value)}/${Number(value)}`,
  canaryEnabled: (value) => (value === "false" ? "no canary" : "a canary"),
  stableImage: (value) => `stable ${reportedVersion(value) ?? value}`,
  canaryImage: (value) => `canary ${reportedVersion(value) ?? value}`,
};
