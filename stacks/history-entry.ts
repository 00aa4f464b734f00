import { hostname, userInfo } from "node:os";
import type { Conclusion } from "../canary/judge/conclusion.ts";

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

/** One release or move, as it is kept in the cluster. */
export interface HistoryEntry {
  /** When it ended, as an ISO time. */
  readonly at: string;
  /** The user and the machine. */
  readonly who: string;
  /** As whom the cluster knows them, such as `system:serviceaccount:shop:shop-mover`; absent where it does not say. */
  readonly account?: string;
  /** The command line, without the program. */
  readonly command: string;
  /** Null where nothing was recorded before. */
  readonly from: Position | null;
  readonly to: Position;
  /** The text of `--reason`. */
  readonly why?: string;
  /** Where the image of a promotion between stacks comes from. */
  readonly source?: ImageSource;
  /** Of a command that failed, what it was to bring about, such as `70/30`: `to` is what held when it ended, by whomever. */
  readonly asked?: string;
  /** What went wrong after it had moved something. */
  readonly failed?: string;
  /** What the judge said of the canary at that moment, and by which numbers; an upper bound that is not there is null in JSON. */
  readonly judged?: Conclusion;
}

export const positionKeys = ["strategy", "canaryWeight", "canaryEnabled", "stableImage", "canaryImage"] as const;

/** @param values the stack's config, with the project's defaults */
export const positionOf = (values: Readonly<Record<string, unknown>>): Position =>
  Object.fromEntries(positionKeys.map((key) => [key, String(values[key] ?? "")])) as Record<
    (typeof positionKeys)[number],
    string
  >;

/** The user and the machine. */
export const whoRuns = (): string => `${process.env.SUDO_USER || userInfo().username}@${hostname()}`;

/** Why a rise was made without the judge. */
export const overriddenText = (reason: string): string => `judge overridden: ${reason}`;
